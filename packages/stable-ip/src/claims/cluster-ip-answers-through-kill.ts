import type { Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { intersect, overlaps, type Span } from "../history/span.ts";
import { type Timeline, timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { connectionDoubts } from "../verify/connections.ts";
import { losses } from "../verify/losses.ts";
import { roundMs } from "../verify/measured.ts";
import { type PathEvidence, pathEvidence } from "../verify/path-doubts.ts";
import { spansWithReady } from "../verify/pods.ts";
import { longestSilence, type Silence } from "../verify/requests.ts";
import { strangerDoubts } from "../verify/strangers.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { watchDoubts } from "../verify/watch-doubts.ts";

const routes = ["cluster-ip/new", "cluster-ip/kept"] as const;

export const clusterIpAnswersThroughKill: Claim = {
  id: "cluster-ip-answers-through-kill",
  statement:
    "A clusterIP MUST lose no request while Pods are deleted gracefully, none later than 3 s after a SIGKILL, and MUST not be silent for more than 1 s on any path while two Pods live.",
  source: "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination",
  needs: ["two-replicas", "two-workers"],
  paths: routes,
  faults: ["sigkill-each", "delete-each"],
  limits: { silenceMs: limits.silenceMs, sigkillLossMs: limits.sigkillLossMs },
  violations: [
    {
      name: "lying-readiness",
      how: { variant: "lying-readiness" },
      text: "The readiness probe says yes from the start, and the server starts to listen 10 s late.",
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const sigkill = line.faultSpan("sigkill-each");
  const graceful = line.faultSpan("delete-each");
  if (sigkill === null || graceful === null) return unknown(["a fault is missing"]);
  const spans = [sigkill, graceful];
  const evidence = routes.flatMap((route) =>
    line.began.world.workers.flatMap((worker) =>
      spans.map((span) => evidenceOf(line, route, `${route}@${worker}`, span)),
    ),
  );
  const u = Math.max(...evidence.map((one) => one.uncertaintyMs));
  const requests = [...new Set(evidence.flatMap((one) => one.requests))];
  const during = intersect(spans, spansWithReady(line, 2));
  const kept = silence(line, "cluster-ip/kept", during);
  const fresh = silence(line, "cluster-ip/new", during);
  const found = losses(requests, spans, line.of("pod-kill-sent"), u);
  const measured = {
    requests: requests.length,
    lostAfterSigkill: found.excused.length,
    lostWithoutSigkill: found.unexcused.length + found.undecided.length,
    longestSilenceNewMs: roundMs(fresh.ms),
    longestSilenceKeptMs: roundMs(kept.ms),
    kills: line.of("pod-kill-sent").length,
    silenceLimitMs: limits.silenceMs,
    sigkillLossLimitMs: limits.sigkillLossMs,
    latenessMs: roundMs(Math.max(...evidence.map((one) => one.latenessMs))),
    uncertaintyMs: roundMs(u),
  };
  const doubts = [
    ...watchDoubts(line, sigkill),
    ...watchDoubts(line, graceful),
    ...evidence.flatMap((one) => one.doubts),
    ...killDoubts(line, graceful),
    ...strangerDoubts(line, requests),
  ];
  if (doubts.length > 0) return unknown([...new Set(doubts)], measured);
  if (found.unexcused.length > 0) {
    const why = `${found.unexcused.length} requests were lost without a SIGKILL in the 3 s before`;
    return broken(
      why,
      measured,
      found.unexcused.map((one) => one.event),
    );
  }
  const worst = fresh.ms > kept.ms ? fresh : kept;
  if (worst.ms > limits.silenceMs + u) {
    const why = `a path was silent for ${Math.round(worst.ms)} ms while two Pods lived`;
    return broken(why, measured, worst.around);
  }
  if (worst.ms > limits.silenceMs || found.undecided.length > 0) {
    return unknown([`what decides lies within the clocks' ${roundMs(u)} ms`], measured);
  }
  return holds(measured);
}

function evidenceOf(line: Timeline, route: string, path: string, span: Span): PathEvidence {
  const decidesOnMs = limits.silenceMs;
  const found = pathEvidence(line, { path, span, decidesOnMs, unbroken: true });
  const kept = route === "cluster-ip/kept";
  return { ...found, doubts: [...found.doubts, ...connectionDoubts(path, kept, found.requests)] };
}

function silence(line: Timeline, route: string, during: readonly Span[]): Silence {
  return line.began.world.workers
    .map((worker) => longestSilence(line.requests(`${route}@${worker}`), during))
    .reduce((worst, one) => (one.ms > worst.ms ? one : worst), { ms: 0, around: [] });
}

function killDoubts(line: Timeline, graceful: Span): string[] {
  const gone = new Set(line.of("pod-gone").map((moment) => moment.event.podUid));
  return line
    .of("pod-kill-sent")
    .filter((kill) => overlaps(kill, graceful))
    .flatMap(({ event }) => [
      ...(event.how === "graceful" ? [] : [`a kill in delete-each was ${event.how}`]),
      ...(gone.has(event.podUid) ? [] : [`Pod ${event.podUid} was killed and never seen gone`]),
    ]);
}
