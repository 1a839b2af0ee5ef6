import type { Hands } from "./hands.ts";
import { killPod } from "./kill-pod.ts";
import { limits } from "./limits.ts";
import { allReady, waitForPods } from "./wait-for-pods.ts";

/** Deletes each Pod in turn, gracefully; the next when it has gone and its place is taken. */
export async function deleteEach(hands: Hands): Promise<void> {
  for (const pod of hands.world.readyPods) {
    await killPod(hands, pod, "graceful");
    const replaced = `Pod ${pod.name} to be gone and its replacement to be ready`;
    await waitForPods(hands, replaced, limits.replaceMs, (pods) => {
      return pods.every((one) => one.podUid !== pod.podUid) && allReady(pods, hands.replicas);
    });
  }
  await hands.clock.sleep(limits.afterDeletesMs, hands.signal);
}
