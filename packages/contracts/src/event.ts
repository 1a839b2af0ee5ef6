import { z } from "zod";
import { KillMode } from "./matrix.ts";
import { NotesRead } from "./prober.ts";

/**
 * One line of a history. `atMs` is milliseconds since the epoch on the recorder's own monotonic
 * clock (performance.timeOrigin + performance.now()); `from` names the recorder. Only a `clock`
 * event relates two recorders.
 */
const stamp = { atMs: z.number(), from: z.string().min(1) };

/** An endpoint of the Service's EndpointSlices, all slices merged. `podUid` from targetRef. */
export const Endpoint = z.object({
  podUid: z.string(),
  ip: z.string(),
  node: z.string().nullable(),
  ready: z.boolean(),
  serving: z.boolean(),
  terminating: z.boolean(),
});
export type Endpoint = z.infer<typeof Endpoint>;

/**
 * A Pod of the workload under test. Membership comes from ownership (ReplicaSet, StatefulSet),
 * never from the Service's selector. `ready` is the Pod's own Ready condition. `started` is the
 * time its container last started, null before it did; `containerId` changes on a restart.
 */
export const SeenPod = z.object({
  podUid: z.string(),
  name: z.string(),
  ip: z.string().nullable(),
  node: z.string().nullable(),
  ready: z.boolean(),
  terminating: z.boolean(),
  containerId: z.string().nullable(),
});
export type SeenPod = z.infer<typeof SeenPod>;

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

/** Everything that a run may do to the database, in the order in which a run does it. */
export const DatabaseFault = z.enum([
  "primary-deleted",
  "server-killed",
  "primary-force-deleted",
  "primary-cut-off",
  "primary-cut-off-from-clients-too",
  "primary-node-paused",
  "server-stopped",
  "all-servers-killed",
  "primary-volume-lost",
  "replica-behind",
]);
export type DatabaseFault = z.infer<typeof DatabaseFault>;

export const Why = z.enum(["refused", "reset", "timeout", "dns", "unreachable", "status"]);

/** Of a history; another is of another version of svclab. 2: each line ends with a sum. */
export const historyFormat = 2;

export const Event = z.discriminatedUnion("kind", [
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
  z.object({
    ...stamp,
    kind: z.literal("service-seen"),
    service: z.string(),
    uid: z.string(),
    clusterIP: z.string(),
    deleted: z.boolean(),
    /** Addresses from status.loadBalancer.ingress. */
    loadBalancer: z.array(z.string()),
  }),
  z.object({
    ...stamp,
    kind: z.literal("endpoints-seen"),
    service: z.string(),
    endpoints: z.array(Endpoint),
  }),
  /** How many of one node's rules name each Service; written once, at the end of a run. */
  z.object({
    ...stamp,
    kind: z.literal("node-rules-seen"),
    node: z.string(),
    rules: z.record(z.string(), z.number().int()),
  }),
  /**
   * To where one node's rules send new connections to a port of a Service from now on: address:port
   * each, none where there is nobody to send them to. At the start those that lead somewhere are written.
   */
  z.object({
    ...stamp,
    kind: z.literal("rules-changed"),
    node: z.string(),
    service: z.string(),
    port: z.string(),
    endpoints: z.array(z.string()),
  }),
  /** What was written of a node's rules is not to be relied on. */
  z.object({ ...stamp, kind: z.literal("rules-unseen"), node: z.string(), why: z.string() }),
  /**
   * What the API says to the creation of an object, which is not kept: 201, or why it is refused.
   * `asked` and `got` are the IP or the node port that the case is about; "any" where none is named.
   */
  z.object({
    ...stamp,
    kind: z.literal("creation-tried"),
    what: z.enum([
      "service-with-named-ports",
      "service-with-nameless-ports",
      "service-with-any-ip",
      "service-with-a-taken-ip",
      "service-with-an-ip-outside",
      "any-node-port",
      "taken-node-port",
      "node-port-outside",
      "freed-node-port",
    ]),
    status: z.number().int(),
    said: z.string(),
    asked: z.string().optional(),
    got: z.string().optional(),
  }),
  /** The IP of every Service of the cluster, by `namespace/name`; None where it is headless. */
  z.object({
    ...stamp,
    kind: z.literal("service-ips-seen"),
    ips: z.record(z.string(), z.string()),
  }),
  /** All Pods of the workload, each time one of them changed. */
  z.object({ ...stamp, kind: z.literal("pods-seen"), pods: z.array(SeenPod) }),
  /**
   * `path` is `<route>` or `<route>/<connection>@<vantage>`; see PathId. `scheduledMs` is when
   * the request was due, `sentMs` when it was sent, `tookMs` the time from the schedule to the
   * last byte, all on the recorder's clock. `connection` is the client's local port.
   */
  z.object({
    ...stamp,
    kind: z.literal("answered"),
    path: z.string(),
    scheduledMs: z.number(),
    sentMs: z.number(),
    tookMs: z.number(),
    podUid: z.string(),
    status: z.number().int(),
    connection: z.number().int(),
    /** The address that was asked, where the path has several. */
    target: z.string().optional(),
    /** Which of the clients that keep their connections asked; the first is 0. */
    client: z.number().int().optional(),
    /** The client's address, as it was sent from and as the Pod saw it; where the plan asks for it. */
    source: z.object({ sent: z.string(), seen: z.string() }).optional(),
  }),
  z.object({
    ...stamp,
    kind: z.literal("unanswered"),
    path: z.string(),
    scheduledMs: z.number(),
    sentMs: z.number(),
    tookMs: z.number(),
    why: Why,
    target: z.string().optional(),
    /** Whether it got no further than to connect, or was connected and waited for an answer. */
    step: z.enum(["connect", "answer"]).optional(),
    /** Its connection had carried an answer before. */
    reused: z.boolean().optional(),
    /** The client's local port, where the connection was still there. */
    connection: z.number().int().optional(),
  }),
  /**
   * One DNS query; `addresses` empty for NXDOMAIN and for no data. Of a CNAME query they are names,
   * of one for SRV records `name:port`.
   */
  z.object({
    ...stamp,
    kind: z.literal("resolved"),
    path: z.string(),
    name: z.string(),
    addresses: z.array(z.string()),
    tookMs: z.number(),
  }),
  z.object({
    ...stamp,
    kind: z.literal("unresolved"),
    path: z.string(),
    name: z.string(),
    why: z.string(),
    tookMs: z.number(),
  }),
  /** The Pod that it was done to and its server's UUID, as its agent said just before. */
  z.object({
    ...stamp,
    kind: z.literal("database-fault-began"),
    fault: DatabaseFault,
    pod: z.string(),
    serverUuid: z.string(),
  }),
  /** All members are in one group again, ready and labelled, and a note was acknowledged since. */
  z.object({ ...stamp, kind: z.literal("database-fault-ended"), fault: DatabaseFault }),
  /** Written before the note `<run>/<session>/<seq>` is sent. */
  z.object({
    ...stamp,
    kind: z.literal("note-sent"),
    session: z.string(),
    seq: z.number().int(),
    way: z.enum(["api", "sql"]),
  }),
  /**
   * acknowledged: the database said that it is written. refused: it is certainly not. unknown: the
   * answer never came, or said that nobody knows. `tookMs` from sending; `serverUuid` of the member,
   * `id` of the row, null where they were not told.
   */
  z.object({
    ...stamp,
    kind: z.literal("note-answered"),
    session: z.string(),
    seq: z.number().int(),
    outcome: z.enum(["acknowledged", "refused", "unknown"]),
    tookMs: z.number(),
    serverUuid: z.string().nullable(),
    id: z.string().nullable(),
    why: z.string().nullable(),
  }),
  /** Every session has ended: how many note-sent and note-answered it has written. */
  z.object({
    ...stamp,
    kind: z.literal("notes-ended"),
    sent: z.number().int(),
    answered: z.number().int(),
  }),
  /** The notes of the run on one member, read after all sessions had ended. */
  z.object({ ...stamp, kind: z.literal("notes-read"), ...NotesRead.shape }),
  /**
   * What whoever `host` led to said over a new connection: its server's UUID, and the greatest id of
   * a note there, "0" where there is none. Both null: no answer, and why.
   */
  z.object({
    ...stamp,
    kind: z.literal("member-read"),
    path: z.string(),
    host: z.string(),
    serverUuid: z.string().nullable(),
    newest: z.string().nullable(),
    why: z.string().nullable(),
    tookMs: z.number(),
  }),
  /** What the agent of one member says of it, each time that it changed; null: no answer. */
  z.object({
    ...stamp,
    kind: z.literal("member-seen"),
    pod: z.string(),
    state: z.string().nullable(),
    role: z.string().nullable(),
    serverUuid: z.string().nullable(),
  }),
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
