import {
  type Endpoint,
  type Event,
  type EventOf,
  FaultKind,
  type SeenPod,
} from "@svclab/contracts";
import { claims } from "../claims/index.ts";

/** One request of a prober, before it is known what became of it. */
export interface Probe {
  readonly path: string;
  readonly target: string | null;
  /** Ms since the history began. */
  readonly sinceMs: number;
  /** Who answers on a well-behaved cluster; null where nobody does. */
  readonly podUid: string | null;
}

export type Why = EventOf<"unanswered">["why"];

/** What became of a request: the uid that answered, and what is not as usual, or why none did. */
export type Fate =
  | ({ readonly podUid: string } & Partial<
      Pick<EventOf<"answered">, "status" | "connection" | "client" | "source" | "tookMs">
    >)
  | { readonly why: Why };

/** An event without its stamp, kind by kind. */
export type Unstamped = Event extends infer E
  ? E extends Event
    ? Omit<E, "atMs" | "from">
    : never
  : never;

/** How the world under a history differs from a well-behaved cluster. */
export interface Ways {
  readonly claims: readonly string[];
  readonly control: boolean;
  readonly violation: string | null;
  /** What the run does. */
  readonly faults: readonly FaultKind[];
  readonly replicas: number;
  readonly workers: readonly string[];
  readonly nodesReachable: boolean;
  /** Half width of every clock comparison, ms. */
  readonly uncertaintyMs: number;
  /** From a request's schedule to its sending, ms. */
  readonly lateMs: number;
  /** What the EndpointSlices say of the Pods that match; `all` has those without their label too. */
  readonly endpoints: (pods: readonly SeenPod[], all?: readonly SeenPod[]) => readonly Endpoint[];
  /** Addresses to which each node's rules lead, by the endpoints of the slice. */
  readonly rules: (endpoints: readonly Endpoint[]) => readonly string[];
  /** A records of the headless Service over these Pods. */
  readonly resolve: (pods: readonly SeenPod[]) => readonly string[];
  /** Null leaves the request to what a well-behaved cluster does. */
  readonly probe: (probe: Probe) => Fate | null;
  /** IP of the Pod that replaces one. */
  readonly heirIp: (old: SeenPod | null, fresh: string) => string;
}

export const orderly: Ways = {
  claims: claims.map((claim) => claim.id),
  control: false,
  violation: null,
  faults: FaultKind.options,
  replicas: 3,
  workers: ["worker", "worker2"],
  nodesReachable: true,
  uncertaintyMs: 2,
  lateMs: 1,
  endpoints: (pods) => pods.map(endpointOf),
  rules: (endpoints) => endpoints.filter(({ ready }) => ready).map(({ ip }) => ip),
  resolve: (pods) => pods.filter((pod) => pod.ready && !pod.terminating).map((pod) => `${pod.ip}`),
  probe: () => null,
  heirIp: (_, fresh) => fresh,
};

/** The endpoint that a Service with the right selector has of a Pod. */
export function endpointOf(pod: SeenPod): Endpoint {
  return {
    podUid: pod.podUid,
    ip: `${pod.ip}`,
    node: pod.node,
    ready: pod.ready && !pod.terminating,
    serving: pod.ready,
    terminating: pod.terminating,
  };
}
