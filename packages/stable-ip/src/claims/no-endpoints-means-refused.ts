import type { Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { lengthMs, overlaps, type Span, widen } from "../history/span.ts";
import { type Request, type Timeline, timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { roundMs } from "../verify/measured.ts";
import { pathEvidence } from "../verify/path-doubts.ts";
import { ruledStretches } from "../verify/rules.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";

const fault = "scale-to-zero";
const fresh = "cluster-ip/new";

export const noEndpointsMeansRefused: Claim = {
  id: "no-endpoints-means-refused",
  statement:
    "A connection to a Service without a ready endpoint MUST be refused at once, and not be left to hang.",
  source: "https://kubernetes.io/docs/reference/networking/virtual-ips/#proxy-mode-nftables",
  matters:
    "A caller that is refused can go elsewhere at once; one that is left to hang waits out its own timeout, and holds what it holds.",
  seen: "All Pods are taken away. From when a node's rules lead nowhere until they lead somewhere again its worker asks the Service, with a new connection each time.",
  upstream: "End-to-end tests ask a Service without endpoints and expect to be refused.",
  needs: ["two-workers"],
  paths: [fresh],
  faults: [fault],
  limits: { refusedWithinMs: limits.refusedWithinMs, rowAnswers: limits.rowAnswers },
  violations: [
    {
      name: "dropped-not-refused",
      how: { fault: "dropped-not-refused" },
      text: "Each worker drops what is sent to the Service's IP.",
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
  const slowest = refused.toSorted((a, b) => b.toMs - b.fromMs - (a.toMs - a.fromMs))[0];
  const slowestMs = slowest === undefined ? 0 : slowest.toMs - slowest.fromMs;
  const few = Math.min(...workers.map((one) => one.requests.length));
  const measured = {
    withoutEndpointsMs: roundMs(Math.min(...workers.map(({ forMs }) => forMs))),
    requests: requests.length,
    refused: refused.length,
    fewestFromOneNode: few,
    slowestRefusalMs: roundMs(slowestMs),
    refusedWithinMs: limits.refusedWithinMs,
  };
  const doubts = workers.flatMap((one) => one.doubts);
  if (doubts.length === 0 && few < limits.rowAnswers)
    doubts.push(`a node without endpoints was asked ${few} times only`);
  if (doubts.length > 0) return unknown(doubts, measured);
  const others = requests.filter((one) => !isRefused(one));
  const [first] = others;
  if (first !== undefined) {
    const how = first.event.kind === "answered" ? "was answered" : `ended by ${first.event.why}`;
    const why = `without an endpoint ${others.length} requests were not refused; the first ${how}`;
    return broken(
      why,
      measured,
      others.map(({ event }) => event),
    );
  }
  if (slowest !== undefined && slowestMs > limits.refusedWithinMs)
    return broken(`a refusal took ${Math.round(slowestMs)} ms`, measured, [slowest.event]);
  return holds(measured);
}

/** Requests that one worker sent while its node's rules led nowhere, and had time to be refused. */
function onWorker(line: Timeline, worker: string, fault: Span) {
  const [empty] = ruledStretches(line, worker, "api", "http")
    .filter((one) => one.endpoints.length === 0 && overlaps(one, fault))
    .toSorted((a, b) => lengthMs(b) - lengthMs(a));
  const isUnseen = line.of("rules-unseen").some(({ event }) => event.node === worker);
  if (isUnseen || empty === undefined)
    return { requests: [], forMs: 0, doubts: [`the rules of ${worker} were never seen empty`] };
  const question = { span: empty, decidesOnMs: limits.refusedWithinMs, unbroken: false };
  const evidence = pathEvidence(line, { path: `${fresh}@${worker}`, ...question });
  const span = widen(empty, -evidence.uncertaintyMs);
  const untilMs = span.toMs - limits.refusedWithinMs;
  const requests = evidence.requests.filter(
    ({ fromMs }) => fromMs >= span.fromMs && fromMs <= untilMs,
  );
  return { requests, forMs: lengthMs(empty), doubts: evidence.doubts };
}

function isRefused({ event }: Request): boolean {
  return event.kind === "unanswered" && (event.why === "refused" || event.why === "unreachable");
}
