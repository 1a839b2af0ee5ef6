import type { FaultKind, Judged, Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { limits } from "../limits.ts";
import { claimDoubts, runDoubts } from "./gate.ts";
import { missingNeeds } from "./needs.ts";
import { unknown } from "./verdicts.ts";

/**
 * Judges each claim by what the history holds, and by nothing else: the same history gives the
 * same verdicts on any machine at any time.
 */
export function verify(history: History, claims: readonly Claim[]): Judged[] {
  return claims.map((claim) => ({
    id: claim.id,
    statement: claim.statement,
    source: claim.source,
    verdict: verdict(history, claim),
    ...(claim.tests !== undefined && { falseAlarmShare: claim.tests * limits.alphaShare }),
  }));
}

function verdict(history: History, claim: Claim): Verdict {
  const ofRun = runDoubts(history);
  const [began] = history;
  if (ofRun.length > 0 || began?.kind !== "run-began") return unknown(ofRun);
  const missing = missingNeeds(began.world, claim.needs);
  if (missing.length > 0) return { outcome: "skipped", missing };
  if (!began.claims.includes(claim.id)) return { outcome: "skipped", missing: ["being asked for"] };
  // Where a mistake is made on purpose, what is not needed to find it is not done.
  const isDone = (fault: FaultKind) => began.violation === null || began.faults.includes(fault);
  const leftOut = claim.faults.filter((fault) => !isDone(fault));
  const ofClaim = claimDoubts(history, claim.faults.filter(isDone));
  if (ofClaim.length > 0) return unknown(ofClaim);
  const judged = claim.judge(history);
  return leftOut.length === 0 || judged.outcome === "broken"
    ? judged
    : unknown(leftOut.map((fault) => `${fault} was left out`));
}
