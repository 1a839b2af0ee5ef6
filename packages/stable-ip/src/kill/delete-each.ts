import type { SeenPod } from "@svclab/contracts";
import { eachPod } from "./each-pod.ts";
import type { KillingHands } from "./hands.ts";
import { killPod } from "./kill-pod.ts";
import { limits } from "./limits.ts";
import { allReady, waitForPods } from "./wait-for-pods.ts";

/** Deletes each Pod in turn; the next when it has gone and its place is taken. */
export async function deleteEach(
  hands: KillingHands,
  how: "graceful" | "force" = "graceful",
): Promise<void> {
  await eachPod(hands, (pod) => replace(hands, pod, how), limits.afterDeletesMs);
}

/** Deletes so many Pods in turn, always the one that is there longest. */
export async function deleteMany(hands: KillingHands, pods: number): Promise<void> {
  const queue: SeenPod[] = [];
  for (let deleted = 0; deleted < pods; deleted++) {
    const known = new Set(queue.map(({ podUid }) => podUid));
    queue.push(...hands.world.readyPods.filter(({ podUid }) => !known.has(podUid)));
    const pod = queue.shift();
    if (pod === undefined) throw new RangeError("there is no ready Pod to delete");
    await replace(hands, pod, "graceful");
    await hands.clock.sleep(limits.betweenDeletesMs, hands.signal);
  }
}

async function replace(hands: KillingHands, pod: SeenPod, how: "graceful" | "force") {
  await killPod(hands, pod, how);
  const replaced = `Pod ${pod.name} to be gone and its replacement to be ready`;
  await waitForPods(hands, replaced, limits.replaceMs, (pods) => {
    return pods.every((one) => one.podUid !== pod.podUid) && allReady(pods, hands.replicas);
  });
}
