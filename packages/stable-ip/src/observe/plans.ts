import type { DnsProbe, HttpProbe, ProberPlan } from "@svclab/contracts";
import { pathId } from "@svclab/contracts";
import { limits } from "../limits.ts";
import { clusterZone, type Lab, names } from "./lab.ts";

/**
 * How often each path is asked. A judge needs a request due in every fifth of the smallest time it
 * decides on; more would cost the cluster under test what it is judged by.
 */
export const perSecond = {
  clusterIp: 20,
  endpoint: 5,
  dns: 10,
  /** Forty in 5 s. */
  otherDns: 8,
  nodePort: 5,
  /** Twenty in 2 s. */
  loadBalancer: 10,
  closed: 5,
  otherIp: 5,
  /** Each worker is to meet every Pod in 5 s, but for a chance of 1e-9. */
  sameSelector: 10,
  /** Seldom enough that the Service has let go of its client each time: after 1 s. */
  stickyBriefly: 0.6,
  inFlight: 4,
  /** Fifty from each worker in 5 s: twenty at least, of Pods on the same node and on another. */
  source: 10,
  /** Some 330 requests while the load runs. */
  split: 10,
  /** 60,000 requests about 20 deletions, from two workers. */
  graceful: 170,
} as const;
export const timeoutMs = 1_000;
/** Where an answer is counted and not timed: on a machine that is busy it may take its time. */
export const countedTimeoutMs = limits.givenUpMs;
const keptConnections = 4;
/** A request that lasts longer than a Pod serves on after its deletion, and less than its grace. */
const inFlight = { url: "/echo?delayMs=8000", timeoutMs: limits.longGivenUpMs } as const;
/** A stall shorter than this shows as lateness of the requests that were due in it. */
export const blindOverMs = limits.silenceMs * limits.latenessShare;

/** Where a prober in the cluster is asked. */
export const clusterControl = { host: "0.0.0.0", port: 8_090 } as const;

export const endpointRoute = "endpoint/new";
export const loadBalancerPath = pathId("load-balancer", "new", "host");

export type Probe = HttpProbe | DnsProbe;

/** What the prober on a worker asks: always the Pods themselves, and what the claims need. */
export function workerPlan(lab: Lab, routes: ReadonlySet<string>, worker: string): ProberPlan {
  const whoami = { kind: "http", url: "/whoami", timeoutMs } as const;
  const counted = { ...whoami, timeoutMs: countedTimeoutMs, connection: "new" } as const;
  const throughService = { ...whoami, targets: [lab.clusterIP], port: lab.servicePort };
  const all: Readonly<Record<string, Probe>> = {
    "cluster-ip/new": {
      ...throughService,
      path: pathId("cluster-ip", "new", worker),
      connection: "new",
      perSecond: perSecond.clusterIp,
    },
    "cluster-ip/kept": {
      ...throughService,
      path: pathId("cluster-ip", "kept", worker),
      connection: keptConnections,
      perSecond: perSecond.clusterIp,
    },
    "cluster-ip-source/new": {
      ...{ ...throughService, timeoutMs: countedTimeoutMs, tellsSource: true },
      path: pathId("cluster-ip-source", "new", worker),
      connection: "new",
      perSecond: perSecond.source,
    },
    "target-port/new": {
      ...{ ...throughService, port: lab.podPort },
      path: pathId("target-port", "new", worker),
      connection: "new",
      perSecond: perSecond.closed,
    },
    "metrics-port/new": {
      ...{ ...counted, url: "/metrics" },
      path: pathId("metrics-port", "new", worker),
      targets: [lab.clusterIP],
      port: lab.metricsPort,
      perSecond: perSecond.otherIp,
    },
    // What only the other port's server has.
    "metrics-port-crossed/new": {
      ...counted,
      path: pathId("metrics-port-crossed", "new", worker),
      targets: [lab.clusterIP],
      port: lab.metricsPort,
      perSecond: perSecond.closed,
    },
    "in-flight/new": {
      ...{ ...throughService, ...inFlight },
      path: pathId("in-flight", "new", worker),
      connection: "new",
      perSecond: perSecond.inFlight,
    },
    "versions/new": {
      ...counted,
      path: pathId("versions", "new", worker),
      targets: [lab.versionsIP],
      port: lab.versionsPort,
      perSecond: perSecond.otherIp,
    },
    "graceful/new": {
      ...{ ...throughService, timeoutMs: countedTimeoutMs },
      path: pathId("graceful", "new", worker),
      connection: "new",
      perSecond: perSecond.graceful,
    },
    "sticky/new": {
      ...counted,
      path: pathId("sticky", "new", worker),
      targets: [lab.stickyIP],
      port: lab.stickyPort,
      perSecond: perSecond.otherIp,
    },
    "sticky-briefly/new": {
      ...counted,
      path: pathId("sticky-briefly", "new", worker),
      targets: [lab.stickyBrieflyIP],
      port: lab.stickyPort,
      perSecond: perSecond.stickyBriefly,
    },
    "node-port-ip/new": {
      ...counted,
      path: pathId("node-port-ip", "new", worker),
      targets: [lab.nodePortIP],
      port: lab.nodePortServicePort,
      perSecond: perSecond.otherIp,
    },
    "web-node-ip/new": {
      ...counted,
      path: pathId("web-node-ip", "new", worker),
      targets: [lab.nodePortIP],
      port: lab.nodePortServicePort,
      perSecond: perSecond.sameSelector,
    },
    "load-balancer-ip/new": {
      ...counted,
      path: pathId("load-balancer-ip", "new", worker),
      targets: [lab.loadBalancerIP],
      port: lab.loadBalancerPort,
      perSecond: perSecond.sameSelector,
    },
    "headless-dns": {
      kind: "dns",
      path: pathId("headless-dns", null, worker),
      server: lab.dnsServer,
      name: lab.headlessName,
      perSecond: perSecond.dns,
      timeoutMs,
    },
    "alias-dns": {
      ...{ kind: "dns", record: "CNAME", path: pathId("alias-dns", null, worker) },
      ...{ server: lab.dnsServer, name: `api-alias.${clusterZone}` },
      ...{ perSecond: perSecond.otherDns, timeoutMs: countedTimeoutMs },
    },
    "srv-dns": {
      ...{ kind: "dns", record: "SRV", path: pathId("srv-dns", null, worker) },
      ...{ server: lab.dnsServer, name: `_metrics._tcp.${names.service}.${clusterZone}` },
      ...{ perSecond: perSecond.otherDns, timeoutMs: countedTimeoutMs },
    },
    "srv-headless-dns": {
      ...{ kind: "dns", record: "SRV", path: pathId("srv-headless-dns", null, worker) },
      ...{ server: lab.dnsServer, name: `_http._tcp.${lab.headlessName}` },
      ...{ perSecond: perSecond.otherDns, timeoutMs: countedTimeoutMs },
    },
    [endpointRoute]: {
      ...whoami,
      path: pathId("endpoint", "new", worker),
      connection: "new",
      targets: [],
      port: lab.podPort,
      perSecond: perSecond.endpoint,
    },
  };
  return planOf(worker, clusterControl, [...pick(all, new Set([...routes, endpointRoute]))]);
}

/** The probes of these routes. */
export function pick(all: Readonly<Record<string, Probe>>, routes: ReadonlySet<string>): Probe[] {
  return Object.entries(all).flatMap(([route, probe]) => (routes.has(route) ? [probe] : []));
}

export function planOf(
  vantage: string,
  control: ProberPlan["control"],
  probes: Probe[],
): ProberPlan {
  return { recorder: `prober@${vantage}`, control, blindOverMs, probes };
}
