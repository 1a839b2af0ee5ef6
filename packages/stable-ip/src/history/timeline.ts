import { type Event, type EventOf, type FaultKind, routeOf, ToolError } from "@svclab/contracts";
import type { History } from "../claim.ts";
import { type Offset, offsets } from "./clocks.ts";
import type { Span } from "./span.ts";

/**
 * An event placed on the watch's clock. A request or a query spans from when it was sent to its
 * end, a blind event what was not seen; all others are a moment.
 */
export interface Moment<E extends Event = Event> extends Span {
  readonly event: E;
  /** How far off the placing can be, both ways. */
  readonly uncertaintyMs: number;
}

export type Request = Moment<EventOf<"answered" | "unanswered">>;

export interface Timeline {
  readonly began: EventOf<"run-began">;
  /** In the order in which they began; events of recorders that were never compared are left out. */
  of<K extends Event["kind"]>(kind: K): readonly Moment<EventOf<K>>[];
  /** Requests on one path, in the order of their schedule. */
  requests(path: string): readonly Request[];
  /** Recorders that wrote of this path; more than none, or nothing is known of it. */
  recordersOf(path: string): readonly string[];
  /** Paths of a route, for example `cluster-ip/new`, on which anything was written. */
  pathsOf(route: string): readonly string[];
  isPlaced(recorder: string): boolean;
  faultSpan(fault: FaultKind): Span | null;
}

/** @throws ToolError history-format, where the first event is not run-began. */
export function timeline(history: History): Timeline {
  const [began] = history;
  if (began?.kind !== "run-began") {
    throw new ToolError({
      code: "history-format",
      expected: "run-began as the first event",
      found: began?.kind ?? "no event",
      todo: "Give the whole history of a run, in the order in which it was written.",
    });
  }
  const known = offsets(history);
  const byKind = new Map<Event["kind"], Moment[]>();
  const recorders = new Map<string, Set<string>>();
  const requests = new Map<string, Request[]>();
  for (const event of history) {
    if ("path" in event) {
      recorders.set(event.path, (recorders.get(event.path) ?? new Set()).add(event.from));
    }
    const offset = known.get(event.from);
    if (offset === undefined) continue;
    push(byKind, event.kind, place(event, offset));
    if (event.kind === "answered" || event.kind === "unanswered") {
      push(requests, event.path, place(event, offset));
    }
  }
  for (const list of byKind.values()) list.sort((a, b) => a.fromMs - b.fromMs);
  for (const list of requests.values()) {
    list.sort((a, b) => a.event.scheduledMs - b.event.scheduledMs);
  }
  const of = <K extends Event["kind"]>(kind: K) =>
    (byKind.get(kind) ?? []) as unknown as readonly Moment<EventOf<K>>[];
  return {
    began,
    of,
    requests: (path) => requests.get(path) ?? [],
    recordersOf: (path) => [...(recorders.get(path) ?? [])],
    pathsOf: (route) => [...recorders.keys()].filter((path) => routeOf(path) === route).sort(),
    isPlaced: (recorder) => known.has(recorder),
    faultSpan: (fault) => faultSpan(of("fault-began"), of("fault-ended"), fault),
  };
}

function push<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

function place<E extends Event>(event: E, { offsetMs, uncertaintyMs }: Offset): Moment<E> {
  const [fromMs, toMs] = extent(event);
  return { event, fromMs: fromMs - offsetMs, toMs: toMs - offsetMs, uncertaintyMs };
}

function extent(event: Event): readonly [fromMs: number, toMs: number] {
  switch (event.kind) {
    case "answered":
    case "unanswered":
      return [event.sentMs, event.scheduledMs + event.tookMs];
    case "resolved":
    case "unresolved":
    case "member-read":
      return [event.atMs - event.tookMs, event.atMs];
    case "blind":
      return [event.atMs - event.forMs, event.atMs];
    default:
      return [event.atMs, event.atMs];
  }
}

function faultSpan(
  begins: readonly Moment<EventOf<"fault-began">>[],
  ends: readonly Moment<EventOf<"fault-ended">>[],
  fault: FaultKind,
): Span | null {
  const begin = begins.filter((moment) => moment.event.fault === fault);
  const end = ends.filter((moment) => moment.event.fault === fault);
  const fromMs = begin[0]?.fromMs;
  const toMs = end[0]?.toMs;
  if (begin.length !== 1 || end.length !== 1 || fromMs === undefined || toMs === undefined) {
    return null;
  }
  return toMs > fromMs ? { fromMs, toMs } : null;
}
