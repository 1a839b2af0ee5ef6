import type { Clock } from "./clock.ts";
import type { Fact } from "./fact.ts";

const attempts = 20;

/**
 * The other clock minus ours, as NTP does it: what it said lies between our asking and the answer,
 * so half the round trip bounds the error. The quickest of several is the best.
 */
export async function compareClocks(
  clock: Clock,
  recorder: string,
  askNowMs: () => Promise<number>,
): Promise<Fact> {
  let best = { offsetMs: 0, uncertaintyMs: Number.POSITIVE_INFINITY };
  for (let attempt = 0; attempt < attempts; attempt++) {
    const askedMs = clock.nowMs();
    const theirsMs = await askNowMs();
    const answeredMs = clock.nowMs();
    const uncertaintyMs = (answeredMs - askedMs) / 2;
    if (uncertaintyMs >= best.uncertaintyMs) continue;
    best = { offsetMs: theirsMs - (askedMs + answeredMs) / 2, uncertaintyMs };
  }
  return { kind: "clock", recorder, ...best };
}
