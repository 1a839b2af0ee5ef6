import type { EventOf, Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { longestGap, overlaps, type Span } from "../history/span.ts";
import { type Moment, type Timeline, timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { roundMs } from "../verify/measured.ts";
import { recorderDoubts } from "../verify/path-doubts.ts";
import { isReady, longest, podStretches, type Stretch } from "../verify/pods.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { changedSpan, judgedSpan, watchDoubts } from "../verify/watch-doubts.ts";

const route = "headless-dns";

export const headlessDnsIsTheReadyPodIps: Claim = {
  id: "headless-dns-is-the-ready-pod-ips",
  statement:
    "The name of a headless Service MUST resolve to the IPs of its ready Pods, all of them and no other, 2 s after a change at the latest.",
  source: "https://github.com/kubernetes/dns/blob/master/docs/specification.md (2.4.1, A records)",
  needs: ["two-replicas", "two-workers"],
  paths: [route],
  faults: ["hold-unready", "sigkill-each", "delete-each", "scale-to-zero", "roll-out"],
  limits: { dnsLateMs: limits.dnsLateMs, watchLateMs: limits.watchLateMs },
  violations: [
    {
      name: "publish-not-ready",
      how: { variant: "publish-not-ready" },
      text: "publishNotReadyAddresses is true: the IP of the Pod that is held unready is answered too.",
    },
  ],
  judge,
};

type Answer = Moment<EventOf<"resolved">>;

function judge(history: History): Verdict {
  const line = timeline(history);
  const span = judgedSpan(line);
  const changed = changedSpan(line, headlessDnsIsTheReadyPodIps.faults);
  const paths = line.began.world.workers.map((worker) => `${route}@${worker}`);
  const answers = line
    .of("resolved")
    .filter(({ event, ...rest }) => paths.includes(event.path) && overlaps(rest, span));
  const ready = podStretches(line, isReady, (pod) => pod.ip ?? "");
  const unready = podStretches(
    line,
    (pod) => !isReady(pod) && pod.ip !== null,
    (pod) => pod.ip ?? "",
  );
  const wrong = answers.map((answer) => ({ answer, why: whatIsWrong(answer, ready) }));
  const first = wrong.find((one) => one.why !== null);
  const measured = {
    queries: answers.length,
    wrong: wrong.filter((one) => one.why !== null).length,
    setsSeen: new Set(answers.map(({ event }) => event.addresses.toSorted().join())).size,
    longestUnreadyMs: roundMs(longest(unready)),
    lateLimitMs: limits.dnsLateMs,
    unresolved: line.of("unresolved").filter(({ event }) => paths.includes(event.path)).length,
    uncertaintyMs: roundMs(Math.max(0, ...answers.map((one) => one.uncertaintyMs))),
  };
  const doubts = [
    ...watchDoubts(line, span),
    ...paths.flatMap((path) => pathDoubts(line, path, changed)),
  ];
  if (doubts.length > 0) return unknown(doubts, measured);
  if (first?.why != null) {
    const seen = line.of("pods-seen").findLast((moment) => moment.fromMs <= first.answer.toMs);
    return broken(first.why, measured, [...(seen ? [seen.event] : []), first.answer.event]);
  }
  const untried = longest(unready) <= limits.dnsLateMs + limits.watchLateMs;
  if (untried) return unknown(["no Pod was unready for long enough to be missed"], measured);
  return holds(measured);
}

/**
 * Address by address and not set by set: while several Pods change at once, the server may learn
 * of them in another order than the watch.
 */
function whatIsWrong(answer: Answer, ready: readonly Stretch[]): string | null {
  const window: Span = {
    fromMs: answer.fromMs - limits.dnsLateMs - answer.uncertaintyMs,
    toMs: answer.toMs + limits.watchLateMs + answer.uncertaintyMs,
  };
  const { addresses } = answer.event;
  const alien = addresses.find(
    (ip) => !ready.some((one) => one.key === ip && overlaps(one, window)),
  );
  if (alien !== undefined) return `${alien} was answered and belonged to no ready Pod`;
  const missing = ready.find(
    (one) => one.fromMs <= window.fromMs && one.toMs >= window.toMs && !addresses.includes(one.key),
  );
  return missing === undefined ? null : `${missing.key} belonged to a ready Pod and was left out`;
}

/**
 * A query has no schedule of its own: it is due when it is sent. One without an answer is no wrong
 * answer, but no stretch as long as what is decided on may pass without one.
 */
function pathDoubts(line: Timeline, path: string, span: Span): string[] {
  const own = <M extends Moment<EventOf<"resolved" | "unresolved">>>(moments: readonly M[]) =>
    moments.filter((one) => one.event.path === path && overlaps(one, span));
  const answers = own(line.of("resolved"));
  const queries = [...answers, ...own(line.of("unresolved"))].sort((a, b) => a.fromMs - b.fromMs);
  const doubts = recorderDoubts(line, path, span, limits.dnsLateMs);
  if (answers.length === 0) return [...doubts, `no answer was written on ${path}`];
  const allowedMs = limits.dnsLateMs * limits.latenessShare;
  const unasked = longestGap(
    span,
    queries.map((query) => query.fromMs),
  );
  const unanswered = longestGap(
    span,
    answers.map((answer) => answer.fromMs),
  );
  if (unasked > allowedMs) {
    doubts.push(
      `nothing was asked on ${path} for ${Math.round(unasked)} ms; ${allowedMs} ms are allowed`,
    );
  }
  if (unanswered > limits.dnsLateMs) {
    doubts.push(`${path} was without an answer for ${Math.round(unanswered)} ms`);
  }
  return doubts;
}
