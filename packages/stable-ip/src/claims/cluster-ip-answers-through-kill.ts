import type { Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { intersect, overlaps, type Span, subtract } from "../history/span.ts";
import { type Timeline, timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { connectionDoubts } from "../verify/connections.ts";
import { losses } from "../verify/losses.ts";
import { roundMs } from "../verify/measured.ts";
import { type PathEvidence, pathEvidence } from "../verify/path-doubts.ts";
import { spansWithReady } from "../verify/pods.ts";
import { longestSilence, type Silence } from "../verify/requests.ts";
import { ruledOutMs } from "../verify/rules.ts";
import { median } from "../verify/statistics.ts";
import { strangerDoubts } from "../verify/strangers.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { watchDoubts } from "../verify/watch-doubts.ts";

const routes = ["cluster-ip/new", "cluster-ip/kept"] as const;

export const clusterIpAnswersThroughKill: Claim = {
  id: "cluster-ip-answers-through-kill",
  statement:
    "A clusterIP MUST lose no request while Pods are deleted gracefully, none later than 3 s after a SIGKILL, and MUST not be silent for more than 1 s on any path while two Pods live.",
  source: "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination",
  matters: "This is what a Service is for: whoever calls need not know that a Pod went.",
  seen: "A prober on each worker sends 20 requests a second over new connections and 20 over kept ones, each when it is due whatever became of those before, while every Pod is killed by SIGKILL and then deleted.",
  upstream:
    "One end-to-end test, through the load balancer of a cloud: a rolling update passes where 95 of 100 requests were answered.",
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
  const faults = [sigkill, graceful];
  const kills = faults.flatMap((fault) => killsIn(line, fault));
  const evidence = kills.flatMap((kill) => kill.evidence);
  const u = Math.max(...evidence.map((one) => one.uncertaintyMs));
  const requests = [...new Set(evidence.flatMap((one) => one.requests))];
  const unseen = kills.filter(({ doubts }) => doubts.length > 0);
  const twoReady = spansWithReady(line, 2);
  const seen = faults.flatMap((fault) => subtract(fault, unseen));
  const during = intersect(seen, twoReady);
  const kept = silence(line, "cluster-ip/kept", during);
  const fresh = silence(line, "cluster-ip/new", during);
  const found = losses(requests, seen, line.of("pod-kill-sent"), u);
  const measured = {
    requests: requests.length,
    lostAfterSigkill: found.excused.length,
    lostWithoutSigkill: found.unexcused.length + found.undecided.length,
    longestSilenceNewMs: roundMs(fresh.ms),
    longestSilenceKeptMs: roundMs(kept.ms),
    kills: line.of("pod-kill-sent").length,
    killsNotSeen: unseen.length,
    ...rulesFollowed(line),
    silenceLimitMs: limits.silenceMs,
    sigkillLossLimitMs: limits.sigkillLossMs,
    latenessMs: roundMs(Math.max(...evidence.map((one) => one.latenessMs))),
    uncertaintyMs: roundMs(u),
  };
  const { replicas } = line.began.world;
  const tooFew = faults.some((fault) => {
    const all = kills.filter((kill) => kill.fault === fault && kill.doubts.length === 0);
    return new Set(all.map(({ podUid }) => podUid)).size < replicas;
  });
  const doubts = [
    ...(tooFew ? unseen.flatMap((kill) => kill.doubts) : []),
    ...faults.flatMap((fault) => connectionsIn(line, fault)),
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
  // A recorder that stands still makes a silence longer, never shorter.
  const whole = intersect(faults, twoReady);
  const hidden = routes.some((route) => silence(line, route, whole).ms > limits.silenceMs);
  const unsure = found.undecided.some((one) => unseen.some((kill) => overlaps(one, kill)));
  if (unseen.length > 0 && (hidden || unsure)) {
    return unknown([...new Set(unseen.flatMap((kill) => kill.doubts))], measured);
  }
  if (worst.ms > limits.silenceMs || found.undecided.length > 0) {
    return unknown([`what decides lies within the clocks' ${roundMs(u)} ms`], measured);
  }
  return holds(measured);
}

/** From a SIGKILL to the last node's rules without the Pod; nothing where rules were not seen. */
function rulesFollowed(line: Timeline): {
  sigkillToRulesMedianMs?: number;
  sigkillToRulesMaxMs?: number;
} {
  const all = ruledOutMs(line, "api", "http");
  const middle = median(all);
  return middle === null
    ? {}
    : { sigkillToRulesMedianMs: roundMs(middle), sigkillToRulesMaxMs: roundMs(Math.max(...all)) };
}

/** The time of one kill: until the next, the first from when its fault began. */
interface Kill extends Span {
  readonly fault: Span;
  readonly podUid: string | null;
  readonly evidence: readonly PathEvidence[];
  /** Why what became of it was not seen. A kill may go unseen where one of each Pod was seen. */
  readonly doubts: readonly string[];
}

function killsIn(line: Timeline, fault: Span): Kill[] {
  const sent = line.of("pod-kill-sent").filter((kill) => overlaps(kill, fault));
  const edges = [fault.fromMs, ...sent.slice(1).map(({ fromMs }) => fromMs), fault.toMs];
  return edges.slice(1).map((toMs, at) => {
    const span = { fromMs: edges[at] ?? fault.fromMs, toMs };
    const evidence = paths(line).map(({ path }) =>
      pathEvidence(line, { path, span, decidesOnMs: limits.silenceMs, unbroken: true }),
    );
    const doubts = [
      ...watchDoubts(line, span, limits.silenceMs),
      ...evidence.flatMap((one) => one.doubts),
    ];
    return { ...span, fault, podUid: sent[at]?.event.podUid ?? null, evidence, doubts };
  });
}

function paths(line: Timeline) {
  return routes.flatMap((route) =>
    line.began.world.workers.map((worker) => ({ route, path: `${route}@${worker}` })),
  );
}

function connectionsIn(line: Timeline, fault: Span): string[] {
  return paths(line).flatMap(({ route, path }) =>
    connectionDoubts(
      path,
      route === "cluster-ip/kept",
      line.requests(path).filter((request) => overlaps(request, fault)),
    ),
  );
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
