import type { SeenPod, Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { overlaps, type Span } from "../history/span.ts";
import { type Request, type Timeline, timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { roundMs } from "../verify/measured.ts";
import { pathEvidence } from "../verify/path-doubts.ts";
import { podStretches, type Stretch } from "../verify/pods.ts";
import { answeredBy } from "../verify/requests.ts";
import { connectionsToMeetAll } from "../verify/statistics.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { watchDoubts } from "../verify/watch-doubts.ts";

const fault = "hold-unready";
const through = "cluster-ip/new";
const direct = "endpoint/new";
const leavesMs = limits.leavesEndpointsMs + limits.watchLateMs;

export const unreadyPodGetsNoTraffic: Claim = {
  id: "unready-pod-gets-no-traffic",
  statement:
    "A Pod that is not ready MUST get no new connection through its Service, from 1 s after it stopped being ready on, though it lives and answers at its own address.",
  source:
    "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#types-of-probe (readinessProbe)",
  matters:
    "A Pod says by it that it cannot serve now: while it starts, warms up or waits for a database.",
  seen: "One Pod is made to say that it is not ready, and goes on answering. A prober on each worker asks through the Service, 20 new connections a second, and at the Pod's own address.",
  upstream:
    "An end-to-end test reaches a Pod that is not ready where publishNotReadyAddresses is true; that none is reached otherwise is not asked with a figure.",
  needs: ["two-replicas", "two-workers"],
  paths: [through, direct],
  faults: [fault],
  limits: {
    leavesEndpointsMs: limits.leavesEndpointsMs,
    watchLateMs: limits.watchLateMs,
    missedShare: limits.missedShare,
  },
  violations: [
    {
      name: "api-publish-not-ready",
      how: { variant: "api-publish-not-ready" },
      text: "publishNotReadyAddresses is true: the Pod that is held unready gets its part as before.",
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const span = line.faultSpan(fault);
  if (span === null) return unknown([`${fault} is missing`]);
  const held = heldIn(line, span);
  if (held === null) return unknown(["no Pod was seen to live and not to be ready"]);
  // The watch may show both edges late; at the second one nodes may have acted already.
  const during = { fromMs: held.fromMs + leavesMs, toMs: held.toMs - limits.watchLateMs };
  const { workers, replicas } = line.began.world;
  const rows = workers.map((worker) => askedFrom(line, worker, during));
  const needed = connectionsToMeetAll(replicas, limits.missedShare);
  const met = rows.flatMap((row) => row.requests.filter((one) => answeredBy(one) === held.podUid));
  const alive = workers
    .flatMap((worker) => line.requests(`${direct}@${worker}`))
    .filter((one) => overlaps(one, during) && answeredBy(one) === held.podUid);
  const measured = {
    unreadyMs: roundMs(held.toMs - held.fromMs),
    connections: rows.reduce((sum, row) => sum + row.requests.length, 0),
    fewestFromOneNode: Math.min(...rows.map((row) => row.requests.length)),
    neededFromEachNode: needed,
    metThePod: met.length,
    answersAtItsAddress: alive.length,
    uncertaintyMs: roundMs(Math.max(0, ...rows.map((row) => row.uncertaintyMs))),
  };
  const doubts = [...watchDoubts(line, span, leavesMs), ...rows.flatMap((row) => row.doubts)];
  if (doubts.length > 0) return unknown(doubts, measured);
  const [first] = met;
  if (first !== undefined)
    return broken(
      `${met.length} new connections met ${held.podUid}, which had not been ready for ${roundMs(first.fromMs - held.fromMs)} ms`,
      measured,
      [held.seen, first.event],
    );
  const missing = [
    ...rows
      .filter((row) => row.requests.length < needed)
      .map((row) => `${row.requests.length} connections from ${row.worker}: ${needed} are needed`),
    ...(alive.length < limits.oldAddressProbes ? ["the Pod was not seen to live meanwhile"] : []),
  ];
  return missing.length > 0 ? unknown(missing, measured) : holds(measured);
}

/** The longest time that one Pod, with the same container throughout, was not ready. */
function heldIn(line: Timeline, span: Span): (Stretch & { readonly podUid: string }) | null {
  const isHeld = ({ ready, terminating, containerId }: SeenPod) =>
    !ready && !terminating && containerId !== null;
  const [longest] = podStretches(line, isHeld, (pod) => `${pod.podUid} ${pod.containerId}`)
    .filter((stretch) => overlaps(stretch, span))
    .toSorted((one, other) => other.toMs - other.fromMs - (one.toMs - one.fromMs));
  return longest === undefined ? null : { ...longest, podUid: longest.key.split(" ")[0] ?? "" };
}

interface Row {
  readonly worker: string;
  readonly doubts: readonly string[];
  /** Sent and answered within the time, by the clocks for certain. */
  readonly requests: readonly Request[];
  readonly uncertaintyMs: number;
}

function askedFrom(line: Timeline, worker: string, during: Span): Row {
  const path = `${through}@${worker}`;
  // Who it was that answered is counted, so however late.
  const question = { path, span: during, decidesOnMs: null, unbroken: false } as const;
  const { doubts, requests, uncertaintyMs } = pathEvidence(line, question);
  const isWithin = ({ fromMs, toMs, uncertaintyMs: u }: Request) =>
    fromMs - u >= during.fromMs && toMs + u <= during.toMs;
  return { worker, doubts, requests: requests.filter(isWithin), uncertaintyMs };
}
