import type { Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { pathEvidence } from "../verify/path-doubts.ts";
import { answeredBy, isLost } from "../verify/requests.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";

const fault = "delete-each";
const route = "in-flight/new";

export const inFlightRequestsFinish: Claim = {
  id: "in-flight-requests-finish",
  statement:
    "A request that a Pod is at work on when it is deleted MUST be answered by it, as long as its grace period lasts.",
  source:
    "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination (grace period and SIGTERM)",
  matters:
    "A rollout deletes every Pod. Where the grace period is shorter than the longest request, each rollout cuts somebody off.",
  seen: "Each Pod is deleted in turn, while requests that last 8 s come from every worker, four a second. Some are still at work when the Pod, 5 s after its deletion, is told to end; each must be answered.",
  upstream: "Documented; no test of Kubernetes has a request under way while its Pod ends.",
  needs: ["two-replicas", "two-workers"],
  paths: [route],
  faults: [fault],
  limits: { preStopMs: limits.preStopMs, inFlightAnswers: limits.inFlightAnswers },
  violations: [
    {
      name: "short-grace",
      how: { variant: "short-grace" },
      text: "The grace period is 2 s, less than the request lasts.",
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const span = line.faultSpan(fault);
  if (span === null) return unknown([`${fault} is missing`]);
  const asked = line.began.world.workers.map((worker) =>
    pathEvidence(line, { path: `${route}@${worker}`, span, decidesOnMs: null, unbroken: false }),
  );
  const requests = asked.flatMap((one) => one.requests);
  const deletions = line.of("pod-kill-sent").filter(({ event }) => event.how === "graceful");
  const atWork = deletions.map(({ event, fromMs }) => {
    const own = requests.filter(
      (one) => answeredBy(one) === event.podUid && one.fromMs < fromMs && one.toMs > fromMs,
    );
    const ended = own.filter(({ toMs }) => toMs > fromMs + limits.preStopMs);
    return { all: own.length, past: ended.length };
  });
  const lost = requests.filter(isLost);
  const measured = {
    deletions: deletions.length,
    requests: requests.length,
    lost: lost.length,
    atWorkWhenDeleted: atWork.reduce((sum, { all }) => sum + all, 0),
    answeredAfterTheEndWasTold: atWork.reduce((sum, { past }) => sum + past, 0),
  };
  const doubts = [...new Set(asked.flatMap((one) => one.doubts))];
  if (doubts.length > 0) return unknown(doubts, measured);
  if (lost.length > 0)
    return broken(
      `${lost.length} of ${requests.length} requests were cut off`,
      measured,
      lost.map(({ event }) => event),
    );
  const { answeredAfterTheEndWasTold: past } = measured;
  if (past < limits.inFlightAnswers)
    return unknown([`only ${past} requests were at work when a Pod was told to end`], measured);
  return holds(measured);
}
