import type { EventOf } from "@svclab/contracts";
import { overlaps, type Span } from "../history/span.ts";
import type { Moment, Request, Timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { ruledStretches } from "./rules.ts";

export type Unanswered = Moment<EventOf<"unanswered">>;

/** The routes to a Pod's own address, and to the load balancer's. */
export const direct = "endpoint/new";
export const balanced = "load-balancer/new";

/** A kernel keeps an attempt that was not answered for so long (nf_conntrack_tcp_timeout_syn_sent). */
const trackedMs = 120_000;
/** Each worker asks every Pod's own address five times a second. */
const nearMs = 250;

export function isUnanswered(request: Request): request is Unanswered {
  return request.event.kind === "unanswered";
}

/** Addresses that were there at one time or another of a span, and whether at one there were none. */
interface Endpoints {
  readonly ips: ReadonlySet<string>;
  /** Those that were there all the time. */
  readonly every: ReadonlySet<string>;
  readonly none: boolean;
}

export interface Seen {
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
  /** It had got the address a short time before, and had answered nobody there since. */
  isNewBalancer(request: Unanswered): boolean;
  /** The Pod did not answer at its own address just before, or from then on. */
  isSilent(ip: string, request: Unanswered): boolean;
  /** The same of any Pod. */
  someSilent(request: Unanswered): boolean;
  /** An attempt to connect from the same port to the same address had timed out a short time before. */
  isTracked(request: Unanswered): boolean;
  /** A Pod had not answered at its own address before the request was sent. */
  wasSilent(request: Unanswered): boolean;
}

export function whatWasSeen(line: Timeline): Seen {
  const stalls = line.of("blind");
  const slices = Map.groupBy(line.of("endpoints-seen"), ({ event }) => event.service);
  const balancer = line.of("service-seen").filter(({ event }) => event.service === "web-public");
  const own = requestsByTarget(line, direct);
  const balancing = requestsByTarget(line, balanced);
  const attempts = Map.groupBy(line.of("unanswered").filter(isAttempt), attemptOf);
  const { nodeAddresses, nodes } = line.began.world;
  const nodeAt = new Map(Object.entries(nodeAddresses).map(([node, ip]) => [ip, node]));
  return {
    stoodStill: (recorder, span) =>
      stalls.some((one) => one.event.from === recorder && overlaps(one, span)),
    listed: (service, span) => {
      return together(
        inForce(slices.get(service) ?? [], span).map(({ event }) => {
          const ready = event.endpoints.filter((endpoint) => endpoint.ready);
          const serving = event.endpoints.filter((endpoint) => endpoint.serving);
          return (ready.length > 0 ? ready : serving).map(({ ip }) => ip);
        }),
      );
    },
    ruled: (node, service, port, span) => {
      const ips = (all: readonly string[]) => all.map((one) => one.slice(0, one.lastIndexOf(":")));
      const known = inForce(ruledStretches(line, node, service, port), span);
      return known.length === 0 ? null : together(known.map(({ endpoints }) => ips(endpoints)));
    },
    nodeOf: ({ path, target = "" }) => {
      const vantage = path.slice(path.lastIndexOf("@") + 1);
      return nodes.includes(vantage) ? vantage : (nodeAt.get(target) ?? "");
    },
    isBalancer: (address, span) => {
      return inForce(balancer, span).every(
        ({ event }) => !event.deleted && event.loadBalancer.includes(address),
      );
    },
    isNewBalancer: ({ event, fromMs }) => {
      const { target = "" } = event;
      const given = balancer.findLast((one) => one.fromMs <= fromMs);
      if (given === undefined || fromMs - given.fromMs > limits.loadBalancerSilenceMs) return false;
      const since = (balancing.get(target) ?? []).filter(
        (one) => one.fromMs >= given.fromMs && one.fromMs <= fromMs,
      );
      return since.every(isUnanswered);
    },
    isSilent: (ip, request) => isSilentNear(own.get(ip) ?? [], request),
    someSilent: (request) => [...own.values()].some((all) => isSilentNear(all, request)),
    isTracked: (request) =>
      (attempts.get(attemptOf(request)) ?? []).some(
        (one) => one.toMs <= request.fromMs && request.fromMs - one.toMs < trackedMs,
      ),
    wasSilent: (request) =>
      [...own.values()].some((all) => {
        const { before } = neighbours(all, request);
        return before !== undefined && isUnanswered(before) && before.toMs < request.fromMs;
      }),
  };
}

/** It timed out before it was connected, and its port is known. */
export function isAttempt({ event }: Unanswered): boolean {
  const { why, step, connection } = event;
  return why === "timeout" && step === "connect" && connection !== undefined;
}

function attemptOf({ event }: Unanswered): string {
  return [event.from, event.target, event.connection].join("|");
}

function requestsByTarget(line: Timeline, route: string): ReadonlyMap<string, Request[]> {
  const all = line.pathsOf(route).flatMap((path) => line.requests(path));
  const byTarget = Map.groupBy(all, ({ event }) => event.target ?? "");
  for (const requests of byTarget.values()) requests.sort((a, b) => a.fromMs - b.fromMs);
  return byTarget;
}

function isSilentNear(own: readonly Request[], request: Unanswered): boolean {
  const { before, after } = neighbours(own, request);
  return [before, after].some((one) => one !== undefined && isUnanswered(one));
}

/** The last request to a Pod's own address before another was sent, and the first after it; both near. */
function neighbours(own: readonly Request[], { event, fromMs }: Unanswered) {
  let [low, high] = [0, own.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((own[middle]?.fromMs ?? 0) <= fromMs) low = middle + 1;
    else high = middle;
  }
  const near = (one: Request | undefined) =>
    one !== undefined && Math.abs(one.fromMs - fromMs) <= nearMs ? one : undefined;
  const isItself = own[low - 1]?.event === event;
  return { before: near(own[isItself ? low - 2 : low - 1]), after: near(own[low]) };
}

/** What was last seen before a span, and all that was seen in it. */
function inForce<M extends Span>(moments: readonly M[], span: Span): M[] {
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
