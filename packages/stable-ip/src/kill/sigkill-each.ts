import type { SeenPod } from "@svclab/contracts";
import { eachPod } from "./each-pod.ts";
import type { KillingHands } from "./hands.ts";
import { killPod } from "./kill-pod.ts";
import { limits } from "./limits.ts";
import { allReady, waitForPods } from "./wait-for-pods.ts";

/** Kills the container of each Pod in turn, and lets the Pod restart it before the next. */
export async function sigkillEach(hands: KillingHands): Promise<void> {
  const kill = async (pod: SeenPod) => {
    await killPod(hands, pod, "sigkill");
    const restarted = `Pod ${pod.name} to have another container and to be ready`;
    await waitForPods(hands, restarted, limits.restartMs, (pods) => {
      const now = pods.find((one) => one.podUid === pod.podUid);
      const isNew = now !== undefined && now.containerId !== pod.containerId;
      return isNew && allReady(pods, hands.replicas);
    });
    await hands.clock.sleep(limits.betweenSigkillsMs, hands.signal);
  };
  await eachPod(hands, kill, 0);
}
