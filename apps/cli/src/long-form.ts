import { DatabaseFault, LongPart, type Report } from "@svclab/contracts";
import { unfinished } from "@svclab/stable-ip";
import { readJsonLines } from "./json-lines.ts";
import type { DatabasePlan } from "./proof.ts";

/** The one claim that has a long form. */
export const longClaim = "no-acknowledged-write-lost";

/** What all parts together must reach. */
const longGoal = { faults: 300, acknowledged: 1_000_000 } as const;

const all = DatabaseFault.options;
/** The first row of a Williams square: by it no fault follows another twice in these rounds. */
const zigzag = all.map((_, at) =>
  at % 2 === 1 ? (at + 1) / 2 : (all.length - at / 2) % all.length,
);
/** A fault takes 38 s, until the group is whole again. */
const rounds = 7;

/** One part, of less than 50 minutes: 70 faults. */
export const longPart: DatabasePlan = {
  faults: Array.from({ length: rounds }, (_, round) => inRound(round)).flat(),
  writes: 250_000,
};

function inRound(round: number): DatabaseFault[] {
  return zigzag.map((at) => all[(round + at) % all.length] ?? "server-killed");
}

/** @throws RangeError where the report is not of the claim */
export function partOf({ run, commit, beganMs, endedMs, claims }: Report): LongPart {
  const verdict = claims.find(({ id }) => id === longClaim)?.verdict;
  if (verdict === undefined || verdict.outcome === "skipped")
    throw new RangeError(`no verdict on ${longClaim}`);
  const why = "why" in verdict ? verdict.why : null;
  const { outcome, measured } = verdict;
  return { run, commit, beganMs, endedMs, outcome, why, measured };
}

/** None where there is no file yet. @throws ToolError line-bad, with the line */
export const readParts = (file: string) =>
  readJsonLines(file, LongPart, "a part as --long wrote it");

export interface LongTotal {
  readonly outcome: Report["outcome"];
  /** Lines for a person. */
  readonly lines: readonly string[];
}

/**
 * Parts that hold are added up; one that is broken breaks the whole, and an unknown one adds nothing.
 * One that did not finish is to be looked into before the whole can hold: it may have stopped at
 * what the claim is about.
 */
export function addUp(parts: readonly LongPart[]): LongTotal {
  const held = parts.filter(({ outcome }) => outcome === "holds");
  const broken = parts.filter(({ outcome }) => outcome === "broken");
  const unknown = parts.filter(({ outcome }) => outcome === "unknown");
  const stopped = unknown.filter(({ why }) => why === unfinished);
  const sum = (name: string) => held.reduce((all, { measured }) => all + number(measured[name]), 0);
  const faults = sum("faults");
  const acknowledged = sum("acknowledged");
  const complete = faults >= longGoal.faults && acknowledged >= longGoal.acknowledged;
  const holds = complete && stopped.length === 0;
  const outcome = broken.length > 0 ? "broken" : holds ? "holds" : "unknown";
  const commits = [...new Set(held.map(({ commit }) => commit))];
  return {
    outcome,
    lines: [
      `parts        ${held.length} hold, ${broken.length} broken, ${unknown.length} unknown`,
      `faults       ${grouped(faults)} of ${grouped(longGoal.faults)}`,
      `acknowledged ${grouped(acknowledged)} of ${grouped(longGoal.acknowledged)} notes`,
      `unknown      ${grouped(sum("unknown"))} notes, of which ${grouped(sum("unknownThere"))} are there`,
      ...commits.map((commit) => `commit       ${commit}`),
      ...broken.map(({ run, why }) => `broken       ${run}: ${why}`),
      ...unknown.map(({ run, why }) => `unknown      ${run}: ${why}`),
      ...(stopped.length > 0 ? ["to go on     see why a run stopped, and take its line out"] : []),
      ...(complete || outcome === "broken" ? [] : ["to go on     run the same command again"]),
    ],
  };
}

const number = (value: unknown) => (typeof value === "number" ? value : 0);
const grouped = (value: number) => value.toLocaleString("en-US");
