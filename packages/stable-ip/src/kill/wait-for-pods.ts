import type { SeenPod } from "@svclab/contracts";
import { describePods } from "../observe/seen-pod.ts";
import { until } from "../observe/wait.ts";
import type { Hands } from "./hands.ts";

/** Waits for what the watch itself must see: what it has not seen, no judge will. */
export async function waitForPods(
  { world, clock, signal }: Hands,
  what: string,
  limitMs: number,
  are: (pods: readonly SeenPod[]) => boolean,
): Promise<void> {
  await until(clock, signal, {
    what,
    look: () => are(world.pods) || null,
    seen: () => describePods(world.pods),
    limitMs,
  });
}

/** As many as there should be, each ready, and none on its way out. */
export function allReady(pods: readonly SeenPod[], replicas: number): boolean {
  return pods.length === replicas && pods.every((pod) => pod.ready && !pod.terminating);
}
