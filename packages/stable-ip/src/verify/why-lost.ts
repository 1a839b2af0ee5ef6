import { type EventOf, type LossCause, routeOf } from "@svclab/contracts";
import { overlaps, type Span, widen } from "../history/span.ts";
import type { Moment, Request, Timeline } from "../history/timeline.ts";

type Unanswered = Moment<EventOf<"unanswered">>;

export interface ExplainedLosses {
  /** Requests that were owed an answer, whether they got one or not. */
  readonly requests: number;
  /** null: nothing that was seen explains it. */
  readonly lost: readonly { readonly request: Unanswered; readonly cause: LossCause | null }[];
}

const direct = "endpoint/new";
const balanced = "load-balancer/new";

/**
 * The port of a Service that each route leads to; null: to a Pod itself, or through a proxy of its
 * own. What is asked in order to be refused is not here, nor is the load of k6, whose requests have
 * no place among the others' times.
 */
const leadsTo: Readonly<Record<string, readonly [service: string, port: string] | null>> = {
  "cluster-ip/new": ["api", "http"],
  "cluster-ip/kept": ["api", "http"],
  "in-flight/new": ["api", "http"],
  "graceful/new": ["api", "http"],
  "metrics-port/new": ["api", "metrics"],
  [direct]: null,
  "node-port/new": ["web-node", "http"],
  "node-port-ip/new": ["web-node", "http"],
  [balanced]: ["web-public", "http"],
  "load-balancer-ip/new": ["web-public", "http"],
  "load-balancer-port/new": ["web-public", "http"],
  "versions/new": ["web-versions", "http"],
  "sticky/new": ["web-sticky", "http"],
  "sticky-briefly/new": ["web-sticky-briefly", "http"],
  "ingress-any/new": null,
  "ingress-host/new": null,
  "ingress-path/new": null,
  "ingress-longer-path/new": null,
  "http-route-split/new": null,
};

/** A Pod's own address is asked after it has gone, and before it is ready: no answer is owed then. */
function isOwed({ event, uncertaintyMs, ...span }: Request, seen: Seen): boolean {
  if (routeOf(event.path) !== direct) return true;
  const { every } = seen.listed("api", widen(span, uncertaintyMs));
  return every.has(event.target ?? "");
}

/** Each worker asks every Pod's own address five times a second. */
const nearMs = 250;

/**
 * One cause for each request that got no answer, from what was seen of endpoints, node rules, Pods
 * and recorders at its time; what was seen within the clocks' uncertainty of it counts as its time.
 */
export function explainLosses(line: Timeline): ExplainedLosses {
  const paths = Object.keys(leadsTo).flatMap((route) => line.pathsOf(route));
  const seen = whatWasSeen(line);
  const requests = paths
    .flatMap((path) => line.requests(path))
    .filter((request) => isOwed(request, seen));
  const lost = requests.filter(isUnanswered);
  return {
    requests: requests.length,
    lost: lost.map((request) => ({ request, cause: causeOf(request, seen) })),
  };
}

function isUnanswered(request: Request): request is Unanswered {
  return request.event.kind === "unanswered";
}

function causeOf(request: Unanswered, seen: Seen): LossCause | null {
  const { event, uncertaintyMs } = request;
  const span = widen(request, uncertaintyMs);
  if (event.why === "timeout" && seen.stoodStill(event.from, span)) return "clients-own";
  const route = routeOf(event.path);
  const { target = "" } = event;
  if (route === balanced && !seen.isBalancer(target, span)) return "stale-name";
  const [service, port] = route === direct ? ["api", "http"] : (leadsTo[route] ?? []);
  if (service === undefined || port === undefined) return null;
  const slices = seen.listed(service, span);
  const used = seen.ruled(seen.nodeOf(event), service, port, span) ?? slices;
  if (used.none) return "no-endpoint";
  const asked = route === direct ? [target] : [...used.ips];
  const silent = asked.filter((ip) => seen.isSilent(ip, span));
  if (silent.length === 0) return null;
  if (event.why === "timeout") return "black-hole";
  if (event.why === "reset") {
    const wasKilled = seen.isKilled(silent, request.fromMs - uncertaintyMs);
    return event.reused && wasKilled ? "dead-kept-connection" : "reset-in-flight";
  }
  return silent.some((ip) => slices.ips.has(ip))
    ? "refused-before-the-slice-changed"
    : "refused-before-the-rules-changed";
}

/** Addresses that were there at one time or another of a span, and whether at one there were none. */
interface Endpoints {
  readonly ips: ReadonlySet<string>;
  /** Those that were there all the time. */
  readonly every: ReadonlySet<string>;
  readonly none: boolean;
}

interface Seen {
  /** A recorder stood still in a span. */
  stoodStill(recorder: string, span: Span): boolean;
  /** By a Service's slices: the ready endpoints or, where none is, those that still serve. */
  listed(service: string, span: Span): Endpoints;
  /** By a node's rules; null where they were not seen. */
  ruled(node: string, service: string, port: string, span: Span): Endpoints | null;
  /** The node whose rules lead a request on; "" where that is not known. */
  nodeOf(event: EventOf<"unanswered">): string;
  /** The address was the load balancer's all the time. */
  isBalancer(address: string, span: Span): boolean;
  /** One of the Pods at these addresses had been killed by then. */
  isKilled(ips: readonly string[], atMs: number): boolean;
  /** What was sent to the Pod's own address near that time got no answer either. */
  isSilent(ip: string, span: Span): boolean;
}

function whatWasSeen(line: Timeline): Seen {
  const stalls = line.of("blind");
  const unseen = new Set(line.of("rules-unseen").map(({ event }) => event.node));
  const rules = line.of("rules-changed").filter(({ event }) => !unseen.has(event.node));
  const slices = line.of("endpoints-seen");
  const services = line.of("service-seen");
  const kills = line.of("pod-kill-sent");
  const lostAt = new Map<string, Request[]>();
  for (const request of line.pathsOf(direct).flatMap((path) => line.requests(path))) {
    if (!isUnanswered(request)) continue;
    const { target = "" } = request.event;
    lostAt.set(target, [...(lostAt.get(target) ?? []), request]);
  }
  const { nodeAddresses, nodes } = line.began.world;
  const nodeAt = new Map(Object.entries(nodeAddresses).map(([node, ip]) => [ip, node]));
  return {
    stoodStill: (recorder, span) =>
      stalls.some((one) => one.event.from === recorder && overlaps(one, span)),
    listed: (service, span) => {
      const ours = slices.filter(({ event }) => event.service === service);
      return together(
        inForce(ours, span).map(({ event }) => {
          const ready = event.endpoints.filter((endpoint) => endpoint.ready);
          const serving = event.endpoints.filter((endpoint) => endpoint.serving);
          return (ready.length > 0 ? ready : serving).map(({ ip }) => ip);
        }),
      );
    },
    ruled: (node, service, port, span) => {
      const ours = rules.filter(
        ({ event }) => event.node === node && event.service === service && event.port === port,
      );
      if (ours.length === 0) return null;
      const ips = (all: readonly string[]) => all.map((one) => one.slice(0, one.lastIndexOf(":")));
      return together(inForce(ours, span).map(({ event }) => ips(event.endpoints)));
    },
    nodeOf: ({ path, target = "" }) => {
      const vantage = path.slice(path.lastIndexOf("@") + 1);
      return nodes.includes(vantage) ? vantage : (nodeAt.get(target) ?? "");
    },
    isBalancer: (address, span) => {
      const ours = services.filter(({ event }) => event.service === "web-public");
      return inForce(ours, span).every(
        ({ event }) => !event.deleted && event.loadBalancer.includes(address),
      );
    },
    isKilled: (ips, atMs) =>
      kills.some(({ event, fromMs }) => ips.includes(event.podIp) && fromMs <= atMs),
    isSilent: (ip, span) =>
      (lostAt.get(ip) ?? []).some((request) => overlaps(request, widen(span, nearMs))),
  };
}

/** What was last seen before a span, and all that was seen in it. */
function inForce<M extends Moment>(moments: readonly M[], span: Span): M[] {
  const before = moments.findLast(({ fromMs }) => fromMs <= span.fromMs);
  const during = moments.filter(({ fromMs }) => fromMs > span.fromMs && fromMs <= span.toMs);
  return before === undefined ? during : [before, ...during];
}

function together(sets: readonly (readonly string[])[]): Endpoints {
  const [first = [], ...others] = sets;
  const every = first.filter((ip) => others.every((ips) => ips.includes(ip)));
  return {
    ips: new Set(sets.flat()),
    every: new Set(every),
    none: sets.some((ips) => ips.length === 0),
  };
}
