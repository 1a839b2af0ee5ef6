import {
  type Cluster,
  describeRef,
  followLog,
  type KubeObject,
  kinds,
  type Pod,
  type PodName,
  refOf,
} from "@svclab/cluster";
import type { Removals } from "../removals.ts";
import type { Clock } from "./clock.ts";
import { untilGone } from "./until-gone.ts";
import { until } from "./wait.ts";

/** A Pod of k8s/checker, as far as the run fills it in. */
export interface PodTemplate extends KubeObject {
  readonly spec: {
    readonly containers: readonly { readonly name: string; readonly env?: readonly object[] }[];
  };
}

export interface CheckerPod {
  readonly template: PodTemplate;
  readonly name: string;
  readonly node: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Starting {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly removals: Removals;
}

export interface StartedPod extends PodName {
  readonly uid: string;
}

const startLimitMs = 60_000;
const goneLimitMs = 30_000;

/** Starts a Pod of ours on one node and resolves when its container is ready, or has already ended. */
export async function startCheckerPod(wanted: CheckerPod, starting: Starting): Promise<StartedPod> {
  const { cluster, clock, signal, removals } = starting;
  const pod = filledIn(wanted);
  const ref = refOf(pod);
  const remove = (until: AbortSignal) => cluster.remove(ref, { graceSeconds: 0 }, until);
  const name = { namespace: pod.metadata.namespace ?? "default", name: pod.metadata.name };
  // One that a run left behind when it was cut off.
  await remove(signal);
  const what = `${describeRef(ref)} of an earlier run`;
  await untilGone(ref, { cluster, clock, signal, limitMs: goneLimitMs, what });
  removals.add(describeRef(ref), remove);
  const { uid = "" } = (await cluster.create(pod, signal)).metadata;
  let seen: Pod | null = null;
  await until(clock, signal, {
    what: `${describeRef(ref)} to run`,
    look: async () => {
      seen = await cluster.get(kinds.pod, name, signal);
      const [container] = seen?.status?.containerStatuses ?? [];
      return container?.state?.terminated ?? (container?.ready === true ? true : null);
    },
    seen: () => describeStart(seen),
    limitMs: startLimitMs,
    everyMs: 200,
  });
  return { ...name, uid };
}

/** Every line of its log, until it has ended. */
export function readCheckerPod(
  pod: PodName,
  line: (text: string) => void,
  { cluster, clock, signal }: Omit<Starting, "removals">,
): Promise<void> {
  const isRunning = async () => {
    const seen = await cluster.get(kinds.pod, pod, signal);
    return seen?.status?.phase === "Running" || seen?.status?.phase === "Pending";
  };
  return followLog(cluster, pod, { isRunning, line }, { clock, signal });
}

function filledIn({ template, name, node, env }: CheckerPod): KubeObject {
  const variables = Object.entries(env).map(([key, value]) => ({ name: key, value }));
  const containers = template.spec.containers.map((container) => ({
    ...container,
    env: [...(container.env ?? []), ...variables],
  }));
  const spec = { ...template.spec, nodeName: node, containers };
  return { ...template, metadata: { ...template.metadata, name }, spec } as KubeObject;
}

function describeStart(pod: Pod | null): string {
  const waiting = pod?.status?.containerStatuses?.[0]?.state?.waiting;
  const why = waiting === undefined ? "" : `: ${waiting.reason ?? ""} ${waiting.message ?? ""}`;
  return `phase ${pod?.status?.phase ?? "none"}${why}`;
}
