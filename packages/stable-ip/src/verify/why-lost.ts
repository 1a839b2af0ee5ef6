import { type LossCause, routeOf } from "@svclab/contracts";
import { widen } from "../history/span.ts";
import type { Request, Timeline } from "../history/timeline.ts";
import {
  balanced,
  direct,
  isAttempt,
  isUnanswered,
  type Seen,
  type Unanswered,
  whatWasSeen,
} from "./around.ts";

export interface ExplainedLosses {
  /** Requests that were owed an answer, whether they got one or not. */
  readonly requests: number;
  /** null: nothing that was seen explains it. */
  readonly lost: readonly { readonly request: Unanswered; readonly cause: LossCause | null }[];
}

/**
 * The port of a Service that each route leads to, or that the Pod asked itself is behind; null:
 * through a proxy of its own. What is asked in order to be refused is not here, nor is the load of k6, whose requests have
 * no place among the others' times.
 */
const leadsTo: Readonly<Record<string, readonly [service: string, port: string] | null>> = {
  "cluster-ip/new": ["api", "http"],
  "cluster-ip/kept": ["api", "http"],
  "cluster-ip-source/new": ["api", "http"],
  "in-flight/new": ["api", "http"],
  "graceful/new": ["api", "http"],
  "metrics-port/new": ["api", "metrics"],
  [direct]: ["api", "http"],
  "node-port/new": ["web-node", "http"],
  "node-port-ip/new": ["web-node", "http"],
  "web-node-ip/new": ["web-node", "http"],
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

function causeOf(request: Unanswered, seen: Seen): LossCause | null {
  const { event, uncertaintyMs } = request;
  const { why, path, step, target = "" } = event;
  const span = widen(request, uncertaintyMs);
  if (why === "timeout" && seen.stoodStill(event.from, span)) return "clients-own";
  const route = routeOf(path);
  if (route === balanced && !seen.isBalancer(target, span)) return "stale-name";
  if (route === balanced && seen.isNewBalancer(request)) return "balancer-not-ready";
  // A connection may have been kept to a Pod that nobody is sent to any more.
  if (why === "reset") return causeOfReset(request, seen);
  const [service, port] = leadsTo[route] ?? [];
  if (service === undefined || port === undefined) return null;
  const slices = seen.listed(service, span);
  const rules = seen.ruled(seen.nodeOf(event), service, port, span);
  const used = rules ?? slices;
  if (route !== direct && step !== "answer" && used.none)
    return slices.none ? "no-endpoint" : "refused-before-the-rules-changed";
  const asked = route === direct ? [target] : [...used.ips];
  const silent = asked.filter((ip) => seen.isSilent(ip, request));
  if (silent.length === 0)
    return isAttempt(request) && seen.isTracked(request) ? "still-tracked" : null;
  if (why === "timeout") return "black-hole";
  return silent.some((ip) => slices.ips.has(ip))
    ? "refused-before-the-slice-changed"
    : "refused-before-the-rules-changed";
}

function causeOfReset(request: Unanswered, seen: Seen): LossCause | null {
  const { reused } = request.event;
  if (reused === true && seen.wasSilent(request)) return "dead-kept-connection";
  return seen.someSilent(request) ? "reset-in-flight" : null;
}
