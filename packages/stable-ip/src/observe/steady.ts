import { type Event, pathId } from "@svclab/contracts";
import { limits } from "../limits.ts";
import type { Clock } from "./clock.ts";
import { endpointRoute } from "./plans.ts";
import { describePods } from "./seen-pod.ts";
import { until } from "./wait.ts";
import type { World } from "./world.ts";

export interface Steadiness {
  readonly world: World;
  readonly replicas: number;
  readonly workers: readonly string[];
  /** Routes from this machine that must have answered. */
  readonly first: readonly string[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onEvent: (listener: (event: Event) => void) => void;
}

const limitMs = 60_000;
/** What is answered of Pods, by DNS or by rules, may be as it was for so long. */
const quietMs = limits.dnsLateMs + limits.watchLateMs;

/**
 * Listens from now on. What it returns waits until all Pods are ready and each has answered, as
 * itself and at its own address, to every worker, no Pod has changed for a while, and each of the
 * first routes has been answered.
 */
export function steadyState(steadiness: Steadiness): () => Promise<true> {
  const { world, replicas, workers, first, clock, signal, onEvent } = steadiness;
  const answers = new Set<string>();
  const unheard = new Set(first.map((route) => pathId(route, null, "host")));
  let changedMs = Number.NEGATIVE_INFINITY;
  onEvent((event) => {
    if (event.kind === "pods-seen") changedMs = event.atMs;
    if (event.kind !== "answered" || event.status !== 200) return;
    unheard.delete(event.path);
    if (!event.path.startsWith(`${endpointRoute}@`)) return;
    answers.add(key(event.path, event.podUid, event.target ?? ""));
  });
  const silent = () => [
    ...world.readyPods.flatMap((pod) =>
      workers
        .map((worker) => `${endpointRoute}@${worker}`)
        .filter((path) => !answers.has(key(path, pod.podUid, pod.ip ?? "")))
        .map((path) => `${pod.name} has not answered on ${path}`),
    ),
    ...[...unheard].map((path) => `nobody has answered on ${path}`),
  ];
  return () =>
    until(clock, signal, {
      what: `${replicas} ready Pods, each answering at its own address,`,
      look: () => {
        const allReady = world.pods.length === replicas && world.readyPods.length === replicas;
        const isQuiet = clock.nowMs() - changedMs >= quietMs;
        return (allReady && isQuiet && silent().length === 0) || null;
      },
      seen: () => [describePods(world.pods), ...silent()].join("; "),
      limitMs,
      todo: "see kubectl get pods -n svclab, then run again",
    });
}

function key(path: string, podUid: string, target: string): string {
  return [path, podUid, target].join("|");
}
