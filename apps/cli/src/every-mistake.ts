import { type Report, ToolError, type Verdict } from "@svclab/contracts";
import type { Claim, Violation } from "@svclab/stable-ip";
import type { Mistake } from "./choose-claims.ts";

/** One mistake that was made, and what was said of the claim that it must break. */
export interface Made {
  readonly claim: string;
  readonly mistake: string;
  readonly verdict: Verdict;
  /** Where its run lies; null where there was none. */
  readonly folder: string | null;
}

type Proved = readonly { readonly folder: string; readonly report: Report }[];

/** Makes each mistake in a run of its own, one after the other. */
export async function makeEach(
  mistakes: readonly Mistake[],
  proveOne: (claim: Claim, violation: Violation) => Promise<Proved>,
  tell: (made: Made) => void,
): Promise<readonly Made[]> {
  const all: Made[] = [];
  // What there is no database for is not tried again for each mistake of a claim.
  const lacking = new Set<Claim>();
  for (const { claim, violation } of mistakes) {
    const said: Said = lacking.has(claim)
      ? noDatabase
      : await saidOf(claim, () => proveOne(claim, violation));
    if (said === noDatabase) lacking.add(claim);
    const made = { claim: claim.id, mistake: violation.name, ...said };
    all.push(made);
    tell(made);
  }
  return all;
}

type Said = Pick<Made, "verdict" | "folder">;
const noDatabase: Said = {
  verdict: { outcome: "skipped", missing: ["a database in the cluster"] },
  folder: null,
};

async function saidOf({ id }: Claim, prove: () => Promise<Proved>): Promise<Said> {
  try {
    const proved = await prove();
    const judged = proved.flatMap(({ report }) => report.claims).find((one) => one.id === id);
    return {
      verdict: proven(judged?.verdict),
      folder: proved[0]?.folder ?? null,
    };
  } catch (error) {
    if (!(error instanceof ToolError) || error.code !== "database-missing") throw error;
    return noDatabase;
  }
}

/** What nothing proves is not found. */
function proven(verdict: Verdict | undefined): Verdict {
  const unknown = (why: string): Verdict => ({ outcome: "unknown", why, measured: {} });
  if (verdict === undefined) return unknown("it was not judged");
  return verdict.outcome === "broken" && verdict.witness.length === 0
    ? unknown(`broken without an event that proves it: ${verdict.why}`)
    : verdict;
}

const words = { broken: "found", holds: "missed", unknown: "unknown", skipped: "skipped" } as const;

/** `found`: its claim came out broken, as it must. Of any other, why, and where its run lies. */
export function linesOf({ claim, mistake, verdict, folder }: Made): string[] {
  const line = `${words[verdict.outcome].padEnd(9)}${mistake}, by ${claim}`;
  if (verdict.outcome === "broken") return [line];
  const why = "why" in verdict ? [verdict.why] : [];
  const missing = "missing" in verdict ? [`missing: ${verdict.missing.join(", ")}`] : [];
  const report = folder === null ? [] : [`report: ${folder}/report.html`];
  return [line, ...[...why, ...missing, ...report].map((text) => `         ${text}`)];
}

/** holds: every mistake was found. broken: one was missed. What was skipped changes nothing. */
export function outcomeOfMistakes(all: readonly Made[]): Report["outcome"] {
  const outcomes = new Set(all.map(({ verdict }) => verdict.outcome));
  if (outcomes.has("holds")) return "broken";
  if (outcomes.has("unknown")) return "unknown";
  return outcomes.has("broken") ? "holds" : "unknown";
}

/** How many were found, of those that were made. */
export function countOf(all: readonly Made[]): string {
  const made = all.filter(({ verdict }) => verdict.outcome !== "skipped");
  const found = made.filter(({ verdict }) => verdict.outcome === "broken");
  return `${found.length} of ${made.length} mistakes found`;
}
