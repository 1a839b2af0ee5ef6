import { z } from "zod";
import { stamp } from "./stamp.ts";

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

/** What the watch on the API server, and on the nodes' rules, sees. */
export const seenEvents = [
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
] as const;
