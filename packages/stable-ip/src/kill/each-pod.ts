import type { SeenPod } from "@svclab/contracts";
import type { KillingHands } from "./hands.ts";
import { limits } from "./limits.ts";

/**
 * Kills each Pod in turn, and leaves the world alone after the last. Where a recorder stood still
 * meanwhile, one Pod more: the same where it lives on, or one that came in its place. What was not
 * seen is tried again, a few times at most; what was seen stays in the history whatever it shows.
 */
export async function eachPod(
  { world, stalls, clock, signal }: Pick<KillingHands, "world" | "stalls" | "clock" | "signal">,
  kill: (pod: SeenPod) => Promise<void>,
  afterLastMs: number,
): Promise<void> {
  const left = [...world.readyPods];
  let more: number = limits.moreKills;
  for (let pod = left.shift(); pod !== undefined; pod = left.shift()) {
    const { podUid: killed } = pod;
    const before = stalls();
    await kill(pod);
    if (left.length === 0) await clock.sleep(afterLastMs, signal);
    if (stalls() === before || more === 0) continue;
    more -= 1;
    const others = world.readyPods.filter(({ podUid }) => left.every((p) => p.podUid !== podUid));
    const spare = others.find(({ podUid }) => podUid === killed) ?? others.at(-1);
    if (spare !== undefined) left.push(spare);
  }
}
