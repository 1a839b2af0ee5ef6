import { type Report, ToolError, type Verdict } from "@svclab/contracts";
import type { Claim, Violation } from "@svclab/stable-ip";

/** One mistake that was made, and what was said of the claim that it must break. */
export interface Made {
  readonly claim: string;
  readonly mistake: string;
  readonly verdict: Verdict;
}

/** Makes each mistake of each claim in a run of its own, one after the other. */
export async function makeEach(
  claims: readonly Claim[],
  proveOne: (claim: Claim, violation: Violation) => Promise<readonly Report[]>,
  tell: (made: Made) => void,
): Promise<readonly Made[]> {
  const all: Made[] = [];
  for (const claim of claims) {
    for (const violation of claim.violations) {
      const verdict = await verdictOf(claim, () => proveOne(claim, violation));
      const made = { claim: claim.id, mistake: violation.name, verdict };
      all.push(made);
      tell(made);
    }
  }
  return all;
}

async function verdictOf({ id }: Claim, prove: () => Promise<readonly Report[]>): Promise<Verdict> {
  try {
    const judged = (await prove()).flatMap(({ claims }) => claims).find((one) => one.id === id);
    return judged?.verdict ?? { outcome: "unknown", why: "it was not judged", measured: {} };
  } catch (error) {
    if (!(error instanceof ToolError) || error.code !== "database-missing") throw error;
    return { outcome: "skipped", missing: ["the database"] };
  }
}

const words = { broken: "found", holds: "missed", unknown: "unknown", skipped: "skipped" } as const;

/** `found`: its claim came out broken, as it must. */
export function lineOf({ claim, mistake, verdict }: Made): string {
  const line = `${words[verdict.outcome].padEnd(9)}${mistake}, by ${claim}`;
  return verdict.outcome === "unknown" ? `${line}\n         ${verdict.why}` : line;
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
