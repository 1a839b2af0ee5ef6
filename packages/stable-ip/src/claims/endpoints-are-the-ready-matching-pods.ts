import type { Event, Measured, Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { lengthMs, overlaps } from "../history/span.ts";
import { type Timeline, timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { roundMs } from "../verify/measured.ts";
import {
  endpointStretches,
  longest,
  podKey,
  readyStretches,
  type Stretch,
  without,
} from "../verify/pods.ts";
import { median } from "../verify/statistics.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { judgedSpan, watchDoubts } from "../verify/watch-doubts.ts";

const service = "api";

export const endpointsAreTheReadyMatchingPods: Claim = {
  id: "endpoints-are-the-ready-matching-pods",
  statement:
    "A Pod that matches and is ready MUST become a ready endpoint within 2 s, and any other MUST stop being one within 2 s.",
  source:
    "https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#conditions (ready, serving, terminating)",
  matters:
    "All else follows the endpoints: a Pod that is missing there does nothing, one that is there too long loses requests.",
  seen: "The Pods that the workload owns, with their own Ready condition, are compared with the EndpointSlices through all that is done to them. The Service's selector is not believed.",
  upstream:
    "A conformance test waits until the endpoints are the Pods; how late they are is not asked.",
  needs: ["two-replicas"],
  paths: [],
  faults: [
    "hold-unready",
    "relabel-one",
    "sigkill-each",
    "delete-each",
    "scale-to-zero",
    "roll-out",
  ],
  limits: {
    becomesEndpointMs: limits.becomesEndpointMs,
    leavesEndpointsMs: limits.leavesEndpointsMs,
  },
  violations: [
    {
      name: "selector-one-label-wrong",
      how: { variant: "selector-one-label-wrong" },
      text: "One label of the Service's selector is wrong: ready Pods are no longer endpoints.",
      faults: ["delete-each"],
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const span = judgedSpan(line);
  const ready = readyStretches(line, podKey);
  const endpoints = endpointStretches(line, service);
  const inSpan = (gap: Stretch) => overlaps(gap, span);
  const missing = without(ready, endpoints).filter(inSpan);
  const stale = without(endpoints, ready).filter(inSpan);
  const became = ready
    .filter((one) => one.fromMs > span.fromMs)
    .map((one) => gapFrom(missing, one.key, one.fromMs));
  const left = ready
    .filter((one) => one.toMs > span.fromMs && one.toMs < span.toMs)
    .map((one) => gapFrom(stale, one.key, one.toMs));
  const measured = {
    becameReady: became.length,
    ...lateness("became", became),
    stoppedBeingReady: left.length,
    ...lateness("left", left),
    longestMissingMs: roundMs(longest(missing)),
    longestStaleMs: roundMs(longest(stale)),
    becomesLimitMs: limits.becomesEndpointMs,
    leavesLimitMs: limits.leavesEndpointsMs,
  };
  const { replicas } = line.began.world;
  const doubts = [
    ...watchDoubts(line, span, limits.becomesEndpointMs),
    ...changeDoubts("become ready", became.length, replicas),
    ...changeDoubts("stop being ready", left.length, replicas),
    ...unseenDoubts(line),
  ];
  if (doubts.length > 0) return unknown(doubts, measured);
  const late = missing.find((one) => lengthMs(one) > limits.becomesEndpointMs);
  if (late !== undefined) {
    const why = `${late.key} was a ready Pod and no ready endpoint for ${Math.round(lengthMs(late))} ms`;
    return broken(why, measured, witnesses(line, late));
  }
  const lasting = stale.find((one) => lengthMs(one) > limits.leavesEndpointsMs);
  if (lasting !== undefined) {
    const why = `${lasting.key} was a ready endpoint and no ready Pod for ${Math.round(lengthMs(lasting))} ms`;
    return broken(why, measured, witnesses(line, lasting));
  }
  return holds(measured);
}

/** How long the sets differed in one Pod from a time on; 0 where the endpoints came first. */
function gapFrom(gaps: readonly Stretch[], key: string, fromMs: number): number {
  const gap = gaps.find((one) => one.key === key && one.fromMs === fromMs);
  return gap === undefined ? 0 : lengthMs(gap);
}

function lateness(name: string, lateMs: readonly number[]): Measured {
  const middle = median(lateMs);
  if (middle === null) return {};
  return {
    [`${name}MedianMs`]: roundMs(middle),
    [`${name}MaxMs`]: roundMs(Math.max(...lateMs)),
  };
}

/** Sets that never changed were equal by chance, or by being empty. */
function changeDoubts(what: string, changes: number, needed: number): string[] {
  return changes < needed ? [`only ${changes} Pods were seen to ${what}`] : [];
}

function unseenDoubts(line: Timeline): string[] {
  const seen = line.of("endpoints-seen").some(({ event }) => event.service === service);
  return seen ? [] : [`no EndpointSlice of ${service} was seen`];
}

function witnesses(line: Timeline, gap: Stretch): Event[] {
  const near = line.of("endpoints-seen").filter(({ event }) => event.service === service);
  const before = near.findLast((moment) => moment.fromMs <= gap.fromMs)?.event;
  const after = near.find((moment) => moment.fromMs > gap.fromMs)?.event;
  const pods = line.of("pods-seen").findLast((moment) => moment.fromMs <= gap.fromMs)?.event;
  return [gap.seen, pods, before, after].filter((event) => event !== undefined);
}
