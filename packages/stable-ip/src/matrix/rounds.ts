import { type MatrixRound, type PathRound, routeOf } from "@svclab/contracts";
import type { History } from "../claim.ts";
import { overlaps, type Span } from "../history/span.ts";
import { type Request, type Timeline, timeline } from "../history/timeline.ts";
import { isLost, longestSilence } from "../verify/requests.ts";
import { outOfAllMs, ruledStretches } from "../verify/rules.ts";
import { serviceOf } from "./lab.ts";

/**
 * What each round of a block's history showed on each way to the Pods: from just before the kill
 * until all was as before. A silence is of one client, who asks one address from one place, over one
 * connection where it is kept; of several the longest counts. A client that stood still, or was never compared with our clock, does not count.
 */
export function roundsOf(history: History): MatrixRound[] {
  const line = timeline(history);
  const ends = line.of("kill-round-ended");
  const asked = pathNames(line);
  return line.of("kill-round-began").flatMap(({ event, fromMs }) => {
    const end = ends.find((one) => one.fromMs >= fromMs);
    if (end === undefined) return [];
    const span = { fromMs, toMs: end.fromMs };
    const { run, commit } = line.began;
    const { podUid, podIp } = event;
    // What a watch that stood still tells is stamped late.
    const isSeen = !blindIn(line, span).has(event.from);
    const rulesMs = podIp === null || !isSeen ? null : rulesGoneMs(line, podIp, span);
    const noticedMs = podUid === null || !isSeen ? null : unreadyMs(line, podUid, span);
    const paths = pathsIn(line, asked, span);
    return { kill: event.kill, run, commit, atMs: fromMs, paths, noticedMs, rulesMs };
  });
}

function pathsIn(line: Timeline, asked: readonly string[], span: Span): Record<string, PathRound> {
  const paths: Record<string, PathRound> = {};
  for (const path of asked) {
    if (!isClear(line, path, span)) continue;
    const all = line.requests(path).filter((request) => overlaps(request, span));
    const byTarget = Map.groupBy(all, ({ event }) => event.target ?? "");
    const clients = clientsOf(line, path);
    for (const requests of byTarget.values())
      paths[routeOf(path)] = worse(paths[routeOf(path)], figures(requests, clients, span));
  }
  return paths;
}

function pathNames(line: Timeline): string[] {
  const all = [...line.of("answered"), ...line.of("unanswered")];
  return [...new Set(all.map(({ event }) => event.path))].sort();
}

/** Whether whoever asks on a path went on all the time, and until after it. */
function isClear(line: Timeline, path: string, span: Span): boolean {
  const blind = blindIn(line, span);
  const goesOn = line.requests(path).some(({ toMs }) => toMs >= span.toMs);
  const isGood = (recorder: string) => line.isPlaced(recorder) && !blind.has(recorder);
  return goesOn && line.recordersOf(path).every(isGood);
}

/** Recorders that stood still in a span. */
function blindIn(line: Timeline, span: Span): ReadonlySet<string> {
  const blind = line.of("blind").filter((one) => overlaps(one, span));
  return new Set(blind.map(({ event }) => event.from));
}

/** Those that keep their connections; of others each request is its own client's. */
function clientsOf(line: Timeline, path: string): readonly (number | undefined)[] {
  return [...new Set(line.requests(path).flatMap(({ event }) => clientOf(event) ?? []))];
}

const clientOf = (event: Request["event"]) =>
  event.kind === "answered" ? event.client : undefined;

function figures(
  requests: readonly Request[],
  clients: readonly (number | undefined)[],
  span: Span,
): PathRound {
  const silences = (clients.length === 0 ? [undefined] : clients).map((client) => {
    const own = requests.filter(({ event }) => clientOf(event) === client);
    return longestSilence(own, [span]).ms;
  });
  return {
    requests: requests.length,
    lost: requests.filter(isLost).length,
    silenceMs: Math.round(Math.max(...silences)),
  };
}

function worse(one: PathRound | undefined, other: PathRound): PathRound {
  if (one === undefined) return other;
  return {
    requests: one.requests + other.requests,
    lost: one.lost + other.lost,
    silenceMs: Math.max(one.silenceMs, other.silenceMs),
  };
}

/** From the beginning of a span until the API told that a Pod is not ready; null where it never did. */
function unreadyMs(line: Timeline, podUid: string, span: Span): number | null {
  const told = line.of("pods-seen").find(({ event, fromMs }) => {
    const pod = event.pods.find((one) => one.podUid === podUid);
    return fromMs >= span.fromMs && fromMs <= span.toMs && pod?.ready !== true;
  });
  return told === undefined ? null : Math.round(told.fromMs - span.fromMs);
}

/** From the beginning of a span until no node's rules lead to a Pod; null where one still does, or was not seen. */
function rulesGoneMs(line: Timeline, podIp: string, span: Span): number | null {
  const { nodes, workload } = line.began.world;
  const service = workload === "deployment/lone" ? serviceOf.lone : serviceOf.target;
  const byNode = nodes.map((node) => ruledStretches(line, node, service, "http"));
  const outMs = outOfAllMs(byNode, podIp, span);
  return outMs === null ? null : Math.round(outMs);
}
