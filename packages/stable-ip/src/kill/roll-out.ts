import { kinds } from "@svclab/cluster";
import type { Hands } from "./hands.ts";
import { limits } from "./limits.ts";
import { allReady, waitForPods } from "./wait-for-pods.ts";

/** Replaces every Pod as `kubectl rollout restart` does: by a new annotation on the template. */
export async function rollOut(hands: Hands, limitMs: number = limits.rollOutMs): Promise<void> {
  const { cluster, namespace, deployment, clock, signal } = hands;
  await replaceAll(hands, limitMs, async () => {
    const sentMs = clock.nowMs();
    const annotations = { "kubectl.kubernetes.io/restartedAt": new Date(sentMs).toISOString() };
    const patch = { spec: { template: { metadata: { annotations } } } };
    const ref = { ...kinds.deployment, namespace, name: deployment };
    await cluster.patch(ref, "strategic", patch, signal);
    hands.record({ kind: "roll-out-sent" }, sentMs);
  });
}

/** Changes the Deployment's template, and waits until every Pod is a new one. */
export async function replaceAll(
  hands: Hands,
  limitMs: number,
  change: () => Promise<unknown>,
): Promise<void> {
  const before = new Set(hands.world.pods.map((pod) => pod.podUid));
  await change();
  await waitForPods(hands, "every Pod to be replaced and ready", limitMs, (pods) => {
    return allReady(pods, hands.replicas) && pods.every((pod) => !before.has(pod.podUid));
  });
}
