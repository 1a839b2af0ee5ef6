import { styleText } from "node:util";
import type { Judged, Measured, Outcome, Report } from "@svclab/contracts";
import { figures } from "./figures.ts";
import { toldFalseAlarm, toldLosses } from "./losses.ts";

/** Columns of the terminal, and whether it shows colour. */
export interface TextOptions {
  readonly width: number;
  readonly colour: boolean;
}

const colours = { holds: "green", broken: "red", unknown: "yellow", skipped: "gray" } as const;
export const indent = " ".repeat(9);

/** The claims as a table for a terminal; ASCII but for what the claims themselves measured. */
export function toText(told: Report, options: TextOptions): string {
  const count = (outcome: Outcome) =>
    told.claims.filter((one) => one.verdict.outcome === outcome).length;
  const counts = (["holds", "broken", "unknown", "skipped"] as const)
    .filter((outcome) => count(outcome) > 0)
    .map((outcome) => `${count(outcome)} ${outcome}`);
  const total = counts.length === 0 ? "nothing was judged" : counts.join(", ");
  const last = `${coloured(told.outcome, options)} ${total}`;
  const claims = told.claims.flatMap((judged) => lines(judged, options));
  return [...claims, ...losses(told, options), ...chance(told, options), "", last, ""].join("\n");
}

/** Nothing where no request was owed an answer. */
function losses(told: Report, { width }: TextOptions): string[] {
  if (told.losses.requests === 0) return [];
  const { total, causes } = toldLosses(told);
  const pieces = causes.map(([count, cause], at) => {
    return `${count} ${cause}${at === causes.length - 1 ? "" : ","}`;
  });
  const room = width - indent.length;
  return ["", ...wrap([`${total}${pieces.length === 0 ? "" : ":"}`, ...pieces], room)];
}

/** Nothing where no chance decides. */
function chance(told: Report, { width }: TextOptions): string[] {
  const words = toldFalseAlarm(told);
  return words === null ? [] : ["", ...wrap(words.split(" "), width - indent.length)];
}

function lines(judged: Judged, options: TextOptions): string[] {
  const { verdict } = judged;
  const first = `${coloured(verdict.outcome, options)} ${judged.id}`;
  const room = options.width - indent.length;
  switch (verdict.outcome) {
    case "holds":
      return [first, ...measured(verdict.measured, room)];
    case "broken":
    case "unknown":
      return [first, ...wrap(verdict.why.split(/\s+/), room), ...measured(verdict.measured, room)];
    case "skipped":
      return [first, ...wrap(`missing: ${verdict.missing.join(", ")}`.split(" "), room)];
  }
}

function coloured(outcome: Outcome, { colour }: TextOptions): string {
  const word = outcome.padEnd(indent.length - 1);
  return colour ? styleText(colours[outcome], word, { validateStream: false }) : word;
}

/** All figures, none of them broken over two lines. */
function measured(told: Measured, room: number): string[] {
  const shown = figures(told).map(({ name, value }) => `${name} ${value}`);
  return wrap(
    shown.map((figure, at) => (at === shown.length - 1 ? figure : `${figure},`)),
    room,
  );
}

/** A piece longer than a line stands alone and is not broken. */
export function wrap(pieces: readonly string[], room: number): string[] {
  const wrapped: string[] = [];
  for (const piece of pieces) {
    const last = wrapped.at(-1);
    if (last !== undefined && last.length + 1 + piece.length <= room) {
      wrapped[wrapped.length - 1] = `${last} ${piece}`;
    } else {
      wrapped.push(piece);
    }
  }
  return wrapped.map((line) => indent + line);
}
