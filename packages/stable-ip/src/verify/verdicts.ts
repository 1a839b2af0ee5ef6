import type { Event, Measured, Verdict } from "@svclab/contracts";

/** Few enough to read: what proves a claim broken is seldom more than what came before and after. */
const mostWitnesses = 5;

export function holds(measured: Measured): Verdict {
  return { outcome: "holds", measured };
}

export function broken(why: string, measured: Measured, witness: readonly Event[]): Verdict {
  return { outcome: "broken", why, measured, witness: witness.slice(0, mostWitnesses) };
}

export function unknown(doubts: readonly string[], measured: Measured = {}): Verdict {
  return { outcome: "unknown", why: doubts.join("; "), measured };
}
