import type { Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { type Request, timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { fromWorkers } from "../verify/path-doubts.ts";
import { deletionsIn } from "../verify/pods.ts";
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
  seen: "Each Pod is deleted in turn, while requests that last 8 s come from every worker, four a second. Some are still at work when their Pod, 5 s after its deletion, is told to end; it must answer them.",
  upstream: "Documented; no test of Kubernetes has a request under way while its Pod ends.",
  needs: ["two-replicas", "two-workers"],
  paths: [route],
  faults: [fault],
  limits: {
    preStopMs: limits.preStopMs,
    longGivenUpMs: limits.longGivenUpMs,
    oldAddressMs: limits.oldAddressMs,
  },
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
  const asked = fromWorkers(line, route, { span, decidesOnMs: limits.longGivenUpMs });
  const requests = asked.flatMap((one) => one.requests);
  const deletions = deletionsIn(line, span).map((deletion) => atWork(deletion, requests));
  const ofAll = (count: (deletion: AtWork) => number) =>
    deletions.reduce((sum, deletion) => sum + count(deletion), 0);
  const cutOff = deletions.flatMap((deletion) => deletion.cutOff);
  const measured = {
    deletions: deletions.length,
    requests: requests.length,
    atWorkWhenDeleted: ofAll(({ answered }) => answered),
    answeredAfterTheEndWasTold: ofAll(({ late }) => late),
    cutOff: cutOff.length,
  };
  const doubts = [...new Set(asked.flatMap((one) => one.doubts))];
  if (doubts.length > 0) return unknown(doubts, measured);
  if (cutOff.length > 0)
    return broken(
      `${cutOff.length} requests were cut off, in ${deletions.filter((one) => one.cutOff.length > 0).length} of ${deletions.length} deletions`,
      measured,
      cutOff.map(({ event }) => event),
    );
  const silent = deletions.filter(({ late }) => late === 0).length;
  if (silent > 0)
    return unknown(
      [`in ${silent} deletions no request was at work when the end was told`],
      measured,
    );
  return holds(measured);
}

/** What was under way when one Pod was deleted. */
interface AtWork {
  /** Requests that the Pod answered. */
  readonly answered: number;
  /** Of them, those that it answered after it was told to end. */
  readonly late: number;
  readonly cutOff: readonly Request[];
}

function atWork(
  { podUid, fromMs, goneMs }: ReturnType<typeof deletionsIn>[number],
  requests: readonly Request[],
): AtWork {
  const underWay = requests.filter((one) => one.fromMs < fromMs && one.toMs > fromMs);
  const own = underWay.filter((one) => answeredBy(one) === podUid);
  const answered = own.filter((one) => !isLost(one));
  const untilMs = (goneMs ?? Number.POSITIVE_INFINITY) + limits.oldAddressMs;
  // Who did not answer did not say who it was: a reset that came while the Pod ended is taken for its.
  const broke = underWay.filter(
    (one) =>
      one.event.kind === "unanswered" &&
      (one.event.why === "timeout" || (one.event.why === "reset" && one.toMs < untilMs)),
  );
  return {
    answered: answered.length,
    late: answered.filter(({ toMs }) => toMs > fromMs + limits.preStopMs).length,
    cutOff: [...own.filter(isLost), ...broke],
  };
}
