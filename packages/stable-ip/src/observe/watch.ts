import { type Cluster, follow, kinds } from "@svclab/cluster";
import type { Clock } from "./clock.ts";
import type { RecordFact } from "./fact.ts";
import { watchEndpoints } from "./watch-endpoints.ts";
import { watchPods } from "./watch-pods.ts";
import { watchServices } from "./watch-services.ts";
import type { World } from "./world.ts";

export interface Watched {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly workloadUid: string;
  readonly world: World;
  readonly record: RecordFact;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Writes down what the API says of a namespace's Services, their endpoints and one workload's
 * Pods, until the signal. Rejects when it cannot even begin.
 */
export async function watch(watched: Watched): Promise<void> {
  const { cluster, namespace, workloadUid, world, record, clock, signal } = watched;
  const where = { namespace };
  const until = { clock, signal };
  const blind = (fromMs: number, toMs: number, why: string) =>
    record({ kind: "blind", forMs: toMs - fromMs, why }, toMs);
  const { replicaSets, pods } = watchPods(workloadUid, world, record, blind);
  await Promise.all([
    follow(cluster, kinds.replicaSet, where, replicaSets, until),
    follow(cluster, kinds.pod, where, pods, until),
    follow(cluster, kinds.service, where, watchServices(world, record, blind), until),
    follow(cluster, kinds.endpointSlice, where, watchEndpoints(world, record, blind), until),
  ]);
}
