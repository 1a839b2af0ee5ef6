import type { Event, EventOf, SeenPod } from "@svclab/contracts";
import type { History } from "../claim.ts";
import type { Span } from "../history/span.ts";
import { type Timeline, timeline } from "../history/timeline.ts";
import { isReady, podKey, podStretches, podsAt } from "./pods.ts";
import { watchDoubts } from "./watch-doubts.ts";

export const spreadRoute = "spread/new";

/** What one node's load generator did. */
export interface Load {
  readonly node: string;
  /** In the order of their sending. */
  readonly answers: readonly EventOf<"answered">[];
  readonly sent: number;
  readonly unanswered: number;
  /** Answers of each Pod, in the order of Spread.pods. */
  readonly counts: readonly number[];
  readonly ended: readonly EventOf<"load-ended">[];
}

export interface Spread {
  readonly doubts: readonly string[];
  /** The Pods that were ready all through the load. */
  readonly pods: readonly SeenPod[];
  readonly loads: readonly Load[];
  /** What showed those Pods. */
  readonly seen: readonly Event[];
}

/** The load of the fault `spread`, told by its path: it is counted, so its clock is not needed. */
export function readSpread(history: History): Spread {
  const line = timeline(history);
  const span = line.faultSpan("spread");
  if (span === null) return { doubts: ["spread is missing"], pods: [], loads: [], seen: [] };
  const pods = podsAt(line, span.fromMs).filter(isReady);
  const loads = line.began.world.workers.map((node) => readLoad(history, node, pods));
  const seen = line.of("pods-seen").findLast((moment) => moment.fromMs <= span.fromMs);
  const doubts = [
    ...(pods.length >= 2 ? [] : ["fewer than two Pods were ready when the load began"]),
    ...watchDoubts(line, span, null),
    ...changeDoubts(line, span),
    ...loads.flatMap((load) => loadDoubts(load, pods)),
  ];
  return { doubts, pods, loads, seen: seen === undefined ? [] : [seen.event] };
}

function readLoad(history: History, node: string, pods: readonly SeenPod[]): Load {
  const path = `${spreadRoute}@${node}`;
  const events = history.filter((event) => "path" in event && event.path === path);
  const answers = events
    .filter((event) => event.kind === "answered")
    .sort((a, b) => a.sentMs - b.sentMs);
  const unanswered = events.filter((event) => event.kind === "unanswered").length;
  return {
    node,
    answers,
    unanswered,
    sent: answers.length + unanswered,
    counts: pods.map((pod) => answers.filter((one) => one.podUid === pod.podUid).length),
    ended: events.filter((event) => event.kind === "load-ended"),
  };
}

function changeDoubts(line: Timeline, span: Span): string[] {
  const changed = podStretches(line, isReady, podKey).filter(
    (one) =>
      (one.fromMs > span.fromMs && one.fromMs < span.toMs) ||
      (one.toMs > span.fromMs && one.toMs < span.toMs),
  );
  return changed.map((one) => `Pod ${one.key} was not ready all through the load`);
}

function loadDoubts(load: Load, pods: readonly SeenPod[]): string[] {
  const [ended] = load.ended;
  if (ended === undefined || load.ended.length > 1) {
    return [`the load from ${load.node} was not seen to end, once`];
  }
  const doubts: string[] = [];
  if (ended.scheduled - ended.dropped !== load.sent) {
    const said = `${ended.scheduled} requests, ${ended.dropped} of them dropped`;
    doubts.push(`the load from ${load.node} says ${said}; the history holds ${load.sent}`);
  }
  const uids = new Set(pods.map((pod) => pod.podUid));
  const strangers = load.answers.filter((one) => !uids.has(one.podUid)).length;
  if (strangers > 0) doubts.push(`${strangers} answers to ${load.node} came from other Pods`);
  return doubts;
}
