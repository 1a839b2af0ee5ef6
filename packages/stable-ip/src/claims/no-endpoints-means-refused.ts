import type { Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { lengthMs, longestGap, overlaps, type Span, widen } from "../history/span.ts";
import { type Request, type Timeline, timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { roundMs } from "../verify/measured.ts";
import { pathEvidence } from "../verify/path-doubts.ts";
import { ruledStretches } from "../verify/rules.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { watchDoubts } from "../verify/watch-doubts.ts";

const fault = "scale-to-zero";
const fresh = "cluster-ip/new";
const kept = "cluster-ip/kept";

export const noEndpointsMeansRefused: Claim = {
  id: "no-endpoints-means-refused",
  statement:
    "A connection to a Service without a ready endpoint MUST be refused at once, and not be left to hang.",
  source: "https://kubernetes.io/docs/reference/networking/virtual-ips/#proxy-mode-nftables",
  matters:
    "A caller that is refused can go elsewhere at once; one that is left to hang waits out its own timeout, and holds what it holds.",
  seen: "All Pods are taken away. From when a node's rules lead nowhere until a little before they are seen to lead somewhere again its worker asks the Service, with new connections. The kernel tells one client no more than once a second that it is refused, after six times at once: so refusals must come at least that often, each at once, and nobody may answer.",
  upstream: "End-to-end tests ask a Service without endpoints and expect to be refused.",
  needs: ["two-workers"],
  paths: [fresh, kept],
  faults: [fault],
  limits: {
    refusedWithinMs: limits.refusedWithinMs,
    betweenRefusalsMs: limits.betweenRefusalsMs,
    watchLateMs: limits.watchLateMs,
    rowAnswers: limits.rowAnswers,
  },
  violations: [
    {
      name: "dropped-not-refused",
      how: { fault: "dropped-not-refused" },
      text: "The nodes of its Pods drop what is sent to the Service's IP.",
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const span = line.faultSpan(fault);
  if (span === null) return unknown([`${fault} is missing`]);
  const workers = line.began.world.workers.map((worker) => onWorker(line, worker, span));
  const requests = workers.flatMap((one) => one.requests);
  const refused = requests.filter(isRefused);
  const slowest = refused.toSorted((a, b) => lengthMs(b) - lengthMs(a))[0];
  const slowestMs = slowest === undefined ? 0 : lengthMs(slowest);
  const few = Math.min(...workers.map((one) => one.requests.length));
  const silentMs = Math.max(...workers.map((one) => one.silentMs));
  const u = Math.max(0, ...requests.map((one) => one.uncertaintyMs));
  const measured = {
    withoutEndpointsMs: roundMs(Math.min(...workers.map(({ forMs }) => forMs))),
    requests: requests.length,
    refused: refused.length,
    fewestFromOneNode: few,
    slowestRefusalMs: roundMs(slowestMs),
    longestWithoutRefusalMs: roundMs(silentMs),
    refusedWithinMs: limits.refusedWithinMs,
    betweenRefusalsMs: limits.betweenRefusalsMs,
  };
  const doubts = workers.flatMap((one) => one.doubts);
  if (doubts.length === 0 && few < limits.rowAnswers)
    doubts.push(`a node without endpoints was asked ${few} times only`);
  if (doubts.length > 0) return unknown([...new Set(doubts)], measured);
  const [strange, ...others] = requests.filter(isOtherwise);
  if (strange !== undefined) {
    const how = strange.event.kind === "answered" ? "was answered" : "was accepted and cut off";
    const why = `without an endpoint a request ${how}, and ${others.length} more`;
    return broken(why, measured, [strange.event]);
  }
  if (silentMs > limits.betweenRefusalsMs + u) {
    const hung = requests.find((one) => !isRefused(one));
    const why = `for ${Math.round(silentMs)} ms no request was refused`;
    return broken(why, measured, hung === undefined ? [] : [hung.event]);
  }
  if (slowest !== undefined && slowestMs > limits.refusedWithinMs)
    return broken(`a refusal took ${Math.round(slowestMs)} ms`, measured, [slowest.event]);
  return holds(measured);
}

/** Requests that one worker sent while its node's rules led nowhere. */
function onWorker(line: Timeline, worker: string, fault: Span) {
  const [empty] = ruledStretches(line, worker, "api", "http")
    .filter((one) => one.endpoints.length === 0 && overlaps(one, fault))
    .toSorted((a, b) => lengthMs(b) - lengthMs(a));
  if (empty === undefined) {
    const doubts = [`the rules of ${worker} were never seen empty`];
    return { requests: [], forMs: 0, silentMs: 0, doubts };
  }
  const question = { span: empty, decidesOnMs: limits.refusedWithinMs, unbroken: false };
  const all = [fresh, kept].map((route) =>
    pathEvidence(line, { path: `${route}@${worker}`, ...question }),
  );
  const u = Math.max(...all.map((one) => one.uncertaintyMs));
  // The monitor tells of a rule a little after it leads somewhere.
  const sure = widen({ ...empty, toMs: empty.toMs - limits.watchLateMs }, -u);
  const requests = all
    .flatMap((one) => one.requests)
    .filter(({ fromMs, toMs }) => fromMs >= sure.fromMs && toMs <= sure.toMs);
  const refusedMs = requests.filter(isRefused).map(({ fromMs }) => fromMs);
  return {
    requests,
    forMs: lengthMs(empty),
    silentMs: longestGap(
      sure,
      refusedMs.toSorted((a, b) => a - b),
    ),
    doubts: [
      ...watchDoubts(line, empty, limits.refusedWithinMs),
      ...all.flatMap((one) => one.doubts),
    ],
  };
}

function isRefused({ event }: Request): boolean {
  return event.kind === "unanswered" && (event.why === "refused" || event.why === "unreachable");
}

/** Somebody took the connection. */
function isOtherwise({ event }: Request): boolean {
  return event.kind === "answered" || event.why === "reset";
}
