import { z } from "zod";
import { DatabaseFault, databaseEvents } from "./events/database.ts";
import { probeEvents } from "./events/probe.ts";
import { seenEvents } from "./events/seen.ts";
import { stamp } from "./events/stamp.ts";
import { KillMode } from "./matrix.ts";

/** Everything a run may do to the world, in the order in which a run does it. */
export const FaultKind = z.enum([
  "leave-alone",
  "spread",
  "hold-unready",
  "relabel-one",
  "sigkill-each",
  "delete-each",
  "scale-to-zero",
  "roll-out",
  "recreate-load-balancer",
  "delete-many",
]);
export type FaultKind = z.infer<typeof FaultKind>;

/** Of a history; another is of another version of svclab. 2: each line ends with a sum. */
export const historyFormat = 2;

/** What a run says of itself, and what it does to the cluster. */
const deeds = [
  /** First line of every history. */
  z.object({
    ...stamp,
    kind: z.literal("run-began"),
    format: z.literal(historyFormat),
    run: z.string(),
    commit: z.string(),
    claims: z.array(z.string()),
    faults: z.array(FaultKind),
    control: z.boolean(),
    violation: z.string().nullable(),
    /** Facts a judge compares against: the cluster's own, not the Service's. */
    world: z.object({
      workload: z.string(),
      replicas: z.number().int(),
      nodes: z.array(z.string()),
      workers: z.array(z.string()),
      /** The address of each node. */
      nodeAddresses: z.record(z.string(), z.string()).default({}),
      serviceNetwork: z.string(),
      /** This machine reaches the addresses of nodes and load balancers themselves. */
      nodesReachable: z.boolean(),
    }),
    /** Where notes are written: what is done to the database, and how many must be acknowledged. */
    database: z.object({ faults: z.array(DatabaseFault), writes: z.number().int() }).optional(),
  }),
  /** Last line of every complete history. */
  z.object({ ...stamp, kind: z.literal("run-ended"), complete: z.boolean() }),
  /** All Pods ready, each answered on its own address. */
  z.object({ ...stamp, kind: z.literal("steady") }),
  z.object({ ...stamp, kind: z.literal("violation-applied"), name: z.string() }),
  z.object({ ...stamp, kind: z.literal("fault-began"), fault: FaultKind }),
  z.object({ ...stamp, kind: z.literal("fault-ended"), fault: FaultKind }),
  z.object({
    ...stamp,
    kind: z.literal("pod-kill-sent"),
    podUid: z.string(),
    podIp: z.string(),
    node: z.string(),
    how: z.enum(["graceful", "sigkill", "force"]),
  }),
  /** A round of a matrix: what it is done to, a Pod's uid or null. */
  z.object({
    ...stamp,
    kind: z.literal("kill-round-began"),
    kill: KillMode,
    podUid: z.string().nullable(),
    podIp: z.string().nullable(),
  }),
  /** All is as it was before, and what was under way has ended. */
  z.object({ ...stamp, kind: z.literal("kill-round-ended"), kill: KillMode }),
  /** The label by which the Service and the workload know a Pod was taken off it. */
  z.object({ ...stamp, kind: z.literal("pod-relabelled"), podUid: z.string(), podIp: z.string() }),
  z.object({ ...stamp, kind: z.literal("pod-gone"), podUid: z.string() }),
  z.object({ ...stamp, kind: z.literal("scale-sent"), replicas: z.number().int() }),
  z.object({ ...stamp, kind: z.literal("roll-out-sent") }),
] as const;

/** What is said of whoever records or asks. */
const recorders = [
  /** What a load generator says of itself when it ends. */
  z.object({
    ...stamp,
    kind: z.literal("load-ended"),
    path: z.string(),
    node: z.string(),
    scheduled: z.number().int(),
    dropped: z.number().int(),
  }),
  /** A watch or a prober saw nothing from `atMs - forMs` to `atMs`. */
  z.object({
    ...stamp,
    kind: z.literal("blind"),
    forMs: z.number(),
    why: z.string(),
    /** Nothing was lost: the recorder stood still, and did later what was due meanwhile. */
    late: z.literal(true).optional(),
  }),
  /** The other recorder's clock minus this one's, with the half width of what is possible. */
  z.object({
    ...stamp,
    kind: z.literal("clock"),
    recorder: z.string(),
    offsetMs: z.number(),
    uncertaintyMs: z.number(),
  }),
] as const;

export const Event = z.discriminatedUnion("kind", [
  ...deeds,
  ...seenEvents,
  ...probeEvents,
  ...databaseEvents,
  ...recorders,
]);
export type Event = z.infer<typeof Event>;
export type EventOf<K extends Event["kind"]> = Extract<Event, { kind: K }>;

/**
 * Names a way to the Pods: route/connection@vantage, for example `cluster-ip/new@svclab-worker`,
 * `cluster-ip/kept@svclab-worker2`, `node-port/new@host` (target says which node),
 * `endpoint/new@svclab-worker` (target is the Pod's address), `load-balancer/new@host`,
 * `node-port-ip/new@svclab-worker` (the clusterIP of a Service of that type),
 * `sticky/new@svclab-worker`, `in-flight/new@svclab-worker` (requests that last 8 s),
 * `headless-dns@svclab-worker`, `spread/new@svclab-worker` (k6).
 */
export type PathId = string;
export function pathId(route: string, connection: "new" | "kept" | null, vantage: string): PathId {
  return connection === null ? `${route}@${vantage}` : `${route}/${connection}@${vantage}`;
}

/** `cluster-ip/new` of `cluster-ip/new@svclab-worker`. */
export function routeOf(path: PathId): string {
  return path.slice(0, path.lastIndexOf("@"));
}
