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
  const kill = async (pod: SeenPod) => {
    await killPod(hands, pod, how);
    const replaced = `Pod ${pod.name} to be gone and its replacement to be ready`;
    await waitForPods(hands, replaced, limits.replaceMs, (pods) => {
      return pods.every((one) => one.podUid !== pod.podUid) && allReady(pods, hands.replicas);
    });
  };
  await eachPod(hands, kill, limits.afterDeletesMs);
}
