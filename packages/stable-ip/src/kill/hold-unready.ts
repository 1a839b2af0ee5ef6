import type { SeenPod } from "@svclab/contracts";
import type { Hands } from "./hands.ts";
import { limits } from "./limits.ts";
import { throwSwitch } from "./throw-switch.ts";
import { allReady, waitForPods } from "./wait-for-pods.ts";

/** Throws the readiness switch of one Pod for a while. */
export async function holdOneUnready(hands: Hands): Promise<void> {
  const [pod] = hands.world.readyPods;
  if (pod === undefined) throw new RangeError("there is no ready Pod to hold unready");
  await holdUnready(hands, pod);
}

export async function holdUnready(hands: Hands, pod: SeenPod): Promise<void> {
  const { clock, signal, removals, replicas } = hands;
  const release = () => setReady(hands, pod, true);
  const released = removals.add(`readiness of ${pod.name}`, release);
  await setReady(hands, pod, false);
  const unready = `Pod ${pod.name} not to be ready`;
  await waitForPods(hands, unready, limits.unreadyMs, (pods) =>
    pods.some((one) => one.podUid === pod.podUid && !one.ready),
  );
  await clock.sleep(limits.heldUnreadyMs, signal);
  await release();
  released();
  await waitForPods(hands, "every Pod to be ready again", limits.unreadyMs, (pods) =>
    allReady(pods, replicas),
  );
}

async function setReady(hands: Hands, pod: SeenPod, ready: boolean): Promise<void> {
  await throwSwitch(hands, pod, "readiness", {
    ready,
    ...(ready ? {} : { forMs: limits.unreadyAtMostMs }),
  });
}
