import { type Cluster, describeRef, type Ref } from "@svclab/cluster";
import type { Clock } from "./clock.ts";
import { until } from "./wait.ts";

export interface Going {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly limitMs: number;
  /** Default: what the reference says. */
  readonly what?: string;
}

/** Waits until the API server has an object no more, after it was asked to remove it. */
export async function untilGone(
  ref: Ref,
  { cluster, clock, signal, limitMs, what = describeRef(ref) }: Going,
): Promise<void> {
  const { namespace = "default", name } = ref;
  await until(clock, signal, {
    what: `${what} to be gone`,
    look: async () => (await cluster.get(ref, { namespace, name }, signal)) === null || null,
    seen: () => "it is still there, on its way out",
    limitMs,
    everyMs: 100,
  });
}
