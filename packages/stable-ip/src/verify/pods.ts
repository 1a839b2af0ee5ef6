import type { Endpoint, Event, SeenPod } from "@svclab/contracts";
import { lengthMs, overlaps, type Span, subtract } from "../history/span.ts";
import type { Moment, Timeline } from "../history/timeline.ts";

/** A stretch in which one key was in a set that was seen to change, and what showed its start. */
export interface Stretch extends Span {
  readonly key: string;
  readonly seen: Event;
}

/** The Pods as they were last seen at a time; empty before they were first seen. */
export function podsAt(line: Timeline, atMs: number): readonly SeenPod[] {
  return line.of("pods-seen").findLast((moment) => moment.fromMs <= atMs)?.event.pods ?? [];
}

/** Ready by its own condition and not on its way out: what a Service promises to send to. */
export function isReady(pod: SeenPod): boolean {
  return pod.ready && !pod.terminating && pod.ip !== null;
}

/** A Service's endpoints as they were last seen at a time; none before they were first seen. */
export function endpointsAt(line: Timeline, service: string, atMs: number): readonly Endpoint[] {
  const before = line
    .of("endpoints-seen")
    .findLast(({ event, fromMs }) => event.service === service && fromMs <= atMs);
  return before?.event.endpoints ?? [];
}

/** Why a Service's endpoints in a span are not those of its beginning, each of them ready. */
export function endpointDoubts(line: Timeline, service: string, span: Span): string[] {
  const changed = line.of("endpoints-seen").some((moment) => {
    return (
      moment.event.service === service && moment.fromMs > span.fromMs && moment.fromMs < span.toMs
    );
  });
  const unready = endpointsAt(line, service, span.fromMs).filter(({ ready }) => !ready);
  return [
    ...(changed ? [`the endpoints of ${service} changed meanwhile`] : []),
    ...(unready.length > 0 ? [`${unready.length} endpoints of ${service} were not ready`] : []),
  ];
}

type Addressed = Pick<SeenPod, "podUid" | "ip">;

/** One Pod at one address. */
export function podKey(pod: Addressed): string {
  return `${pod.podUid} at ${pod.ip}`;
}

/** Stretches in which each Pod that `keep` keeps was there, by the key that `keyOf` gives it. */
export function podStretches(
  line: Timeline,
  keep: (pod: SeenPod) => boolean,
  keyOf: (pod: SeenPod) => string,
): Stretch[] {
  const sets = line.of("pods-seen").map((moment) => ({
    moment,
    keys: moment.event.pods.filter(keep).map(keyOf),
  }));
  return stretches(sets, endMs(line));
}

export function endpointStretches(line: Timeline, service: string): Stretch[] {
  const sets = line
    .of("endpoints-seen")
    .filter((moment) => moment.event.service === service)
    .map((moment) => ({
      moment,
      keys: moment.event.endpoints.filter(isReadyEndpoint).map(podKey),
    }));
  return stretches(sets, endMs(line));
}

/** Stretches of `these` in which the same key was in none of `those`. */
export function without(these: readonly Stretch[], those: readonly Stretch[]): Stretch[] {
  return these.flatMap((one) =>
    subtract(
      one,
      those.filter((other) => other.key === one.key),
    ),
  );
}

/**
 * Stretches in which each Pod was ready and had the label that it is known by: without it the Service
 * need not send to it, though its workload may let it go a moment later.
 */
export function readyStretches(line: Timeline, keyOf: (pod: Addressed) => string): Stretch[] {
  const off = line.of("pod-relabelled").map(({ event, fromMs }) => {
    return { key: keyOf({ podUid: event.podUid, ip: event.podIp }), fromMs };
  });
  return podStretches(line, isReady, keyOf).map((one) => {
    const end = off.find(
      ({ key, fromMs }) => key === one.key && fromMs > one.fromMs && fromMs < one.toMs,
    );
    return end === undefined ? one : { ...one, toMs: end.fromMs };
  });
}

/** Graceful deletions in a span, and when each Pod was gone; null where that was not seen. */
export function deletionsIn(line: Timeline, span: Span) {
  return line
    .of("pod-kill-sent")
    .filter((kill) => kill.event.how === "graceful" && overlaps(kill, span))
    .map(({ event: { podUid }, fromMs }) => {
      const gone = line.of("pod-gone").find(({ event }) => event.podUid === podUid);
      return { podUid, fromMs, goneMs: gone?.fromMs ?? null };
    });
}

/** When at least so many Pods were ready. */
export function spansWithReady(line: Timeline, atLeast: number): Span[] {
  const sets = line.of("pods-seen").map((moment) => ({
    moment,
    keys: moment.event.pods.filter(isReady).length >= atLeast ? ["enough"] : [],
  }));
  return stretches(sets, endMs(line));
}

export function longest(spans: readonly Span[]): number {
  return Math.max(0, ...spans.map(lengthMs));
}

function isReadyEndpoint(endpoint: Endpoint): boolean {
  return endpoint.ready;
}

function stretches(
  sets: readonly { moment: Moment; keys: readonly string[] }[],
  toMs: number,
): Stretch[] {
  const open = new Map<string, Stretch>();
  const closed: Stretch[] = [];
  for (const { moment, keys } of sets) {
    for (const [key, stretch] of open) {
      if (keys.includes(key)) continue;
      open.delete(key);
      closed.push({ ...stretch, toMs: moment.fromMs });
    }
    for (const key of keys) {
      if (!open.has(key)) open.set(key, { key, fromMs: moment.fromMs, toMs, seen: moment.event });
    }
  }
  return [...closed, ...open.values()];
}

function endMs(line: Timeline): number {
  return line.of("run-ended")[0]?.fromMs ?? Number.POSITIVE_INFINITY;
}
