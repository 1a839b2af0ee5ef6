import { kinds } from "@svclab/cluster";
import type { Hands } from "./hands.ts";
import { limits } from "./limits.ts";
import { allReady, waitForPods } from "./wait-for-pods.ts";

/** Takes every Pod away, leaves none for a while, and brings them back. */
export async function scaleToZero(hands: Hands): Promise<void> {
  const { cluster, namespace, deployment, replicas, clock, signal, removals } = hands;
  const ref = { ...kinds.deployment, namespace, name: deployment };
  const restored = removals.add(`${replicas} replicas of ${deployment}`, (until) =>
    cluster.scale(ref, replicas, until),
  );
  await scale(0);
  await waitForPods(hands, "no Pod", limits.scaleMs, (pods) => pods.length === 0);
  await clock.sleep(limits.emptyMs, signal);
  await scale(replicas);
  restored();
  await waitForPods(hands, `${replicas} ready Pods`, limits.scaleMs, (pods) =>
    allReady(pods, replicas),
  );

  async function scale(to: number): Promise<void> {
    const sentMs = clock.nowMs();
    await cluster.scale(ref, to, signal);
    hands.record({ kind: "scale-sent", replicas: to }, sentMs);
  }
}
