import type { Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { overlaps, type Span } from "../history/span.ts";
import { timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { round3 } from "../verify/measured.ts";
import { fromWorkers } from "../verify/path-doubts.ts";
import { deletionsIn } from "../verify/pods.ts";
import { isLost } from "../verify/requests.ts";
import { boundOfNone } from "../verify/statistics.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { watchDoubts } from "../verify/watch-doubts.ts";

const fault = "delete-many";
const route = "graceful/new";

export const gracefulDeleteLosesNothing: Claim = {
  id: "graceful-delete-loses-nothing",
  statement:
    "While Pods are deleted one after the other, each with time to be taken out of the rules before it ends, every request to the Service MUST be answered.",
  source:
    "https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/#container-hooks (preStop)",
  matters:
    "A rollout, a drained node and a scaled-down Deployment all delete Pods. Without a preStop sleep each of them costs requests, a few a time, and seldom in a test.",
  seen: "Twenty Pods are deleted in turn, while each worker sends 170 requests a second over new connections, 60,000 in all from 1 s before a deletion to 2 s after its Pod has gone.",
  upstream: "A conformance test of rolling updates accepts 95 %.",
  needs: ["two-replicas", "two-workers"],
  paths: [route],
  faults: [fault],
  limits: {
    gracefulDeletions: limits.gracefulDeletions,
    gracefulRequests: limits.gracefulRequests,
    givenUpMs: limits.givenUpMs,
    beforeDeletionMs: limits.beforeDeletionMs,
    afterGoneMs: limits.afterGoneMs,
    confidenceShare: limits.confidenceShare,
  },
  violations: [
    {
      name: "no-pre-stop",
      how: { variant: "no-pre-stop" },
      text: "There is no preStop sleep, and the server closes its listener at SIGTERM.",
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const span = line.faultSpan(fault);
  if (span === null) return unknown([`${fault} is missing`]);
  const about = windowsOf(deletionsIn(line, span));
  const asked = fromWorkers(line, route, { span, decidesOnMs: limits.givenUpMs });
  const requests = asked
    .flatMap((one) => one.requests)
    .filter((one) => about.some((deletion) => overlaps(one, deletion)));
  const lost = requests.filter(isLost);
  const lossy = about.filter((deletion) => lost.some((one) => overlaps(one, deletion)));
  const bound = (of: number) => round3(boundOfNone(of, limits.confidenceShare));
  const measured = {
    deletions: about.length,
    requests: requests.length,
    lost: lost.length,
    deletionsWithLoss: lossy.length,
    confidence: limits.confidenceShare,
    ...(lost.length > 0
      ? {}
      : { boundByRequest: bound(requests.length), boundByDeletion: bound(about.length) }),
  };
  const doubts = [...watchDoubts(line, span, null), ...asked.flatMap((one) => one.doubts)];
  if (lost.length > 0 && doubts.length === 0) {
    const why = `${lost.length} of ${requests.length} requests were lost, in ${lossy.length} of ${about.length} deletions`;
    return broken(
      why,
      measured,
      lost.map(({ event }) => event),
    );
  }
  if (about.length < limits.gracefulDeletions)
    doubts.push(`${about.length} deletions were seen to their end`);
  if (requests.length < limits.gracefulRequests)
    doubts.push(`${requests.length} requests are fewer than ${limits.gracefulRequests}`);
  return doubts.length > 0 ? unknown([...new Set(doubts)], measured) : holds(measured);
}

/**
 * Of each deletion: from a little before it until a little after its Pod has gone, or until the next
 * one's begins.
 */
function windowsOf(deletions: ReturnType<typeof deletionsIn>): Span[] {
  return deletions.flatMap(({ fromMs, goneMs }, at) => {
    if (goneMs === null) return [];
    const next = deletions[at + 1]?.fromMs ?? Number.POSITIVE_INFINITY;
    const toMs = Math.min(goneMs + limits.afterGoneMs, next - limits.beforeDeletionMs);
    return [{ fromMs: fromMs - limits.beforeDeletionMs, toMs }];
  });
}
