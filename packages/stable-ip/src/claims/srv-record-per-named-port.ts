import type { EventOf, Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import type { Span } from "../history/span.ts";
import { type Timeline, timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { answersTo } from "../verify/answers-to.ts";
import { isReady, podsAt } from "../verify/pods.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { watchDoubts } from "../verify/watch-doubts.ts";

const fault = "leave-alone";
const zone = "svclab.svc.cluster.local";
/** The Service's port named metrics and the Pods' named http, as k8s/base/api has them. */
const [port, podPort] = [9100, 8080];
const routes = { service: "srv-dns", headless: "srv-headless-dns" } as const;

export const srvRecordPerNamedPort: Claim = {
  id: "srv-record-per-named-port",
  statement:
    "Each named port of a Service MUST have an SRV record with its number, and of a headless Service one for each ready Pod.",
  source: "https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#srv-records",
  matters:
    "Who knows the name of a port need not know its number, and a headless Service says where each Pod listens.",
  seen: "From each worker the cluster's DNS is asked for _metrics._tcp of a Service with an IP, and for _http._tcp of a headless one over the same Pods; the answers are compared with its port, and with the ready Pods' addresses.",
  upstream: "Conformance tests look for the SRV records of a Service with one port.",
  needs: ["two-workers"],
  paths: Object.values(routes),
  faults: [fault],
  limits: { rowAnswers: limits.rowAnswers },
  violations: [
    {
      name: "port-without-a-name",
      how: { variant: "port-without-a-name" },
      text: "The headless Service has one port, without a name.",
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const span = line.faultSpan(fault);
  if (span === null) return unknown([`${fault} is missing`]);
  const ofService = answersTo(line, routes.service, span);
  const ofHeadless = answersTo(line, routes.headless, span);
  const pods = podsAt(line, span.fromMs).filter(isReady);
  const expected = {
    service: `api.${zone}:${port}`,
    headless: records(
      pods.map(({ ip }) => `${`${ip}`.replaceAll(".", "-")}.api-direct.${zone}:${podPort}`),
    ),
  };
  const wrong = [
    ...ofService.answers.filter(({ addresses }) => addresses.join() !== expected.service),
    ...ofHeadless.answers.filter(({ addresses }) => records(addresses) !== expected.headless),
  ];
  const measured = {
    queries: ofService.answers.length + ofHeadless.answers.length,
    wrong: wrong.length,
    unresolved: ofService.unresolved + ofHeadless.unresolved,
    pods: pods.length,
  };
  const doubts = [
    ...ofService.doubts,
    ...ofHeadless.doubts,
    ...watchDoubts(line, span, null),
    ...(pods.length === 0 ? ["no Pod was ready"] : []),
    ...podDoubts(line, span),
  ];
  if (doubts.length > 0) return unknown(doubts, measured);
  const [first] = wrong;
  return first === undefined ? holds(measured) : broken(whyWrong(first), measured, [first]);
}

function records(all: readonly string[]): string {
  return all.toSorted().join();
}

function whyWrong({ name, addresses }: EventOf<"resolved">): string {
  return `${name} was answered with ${addresses.join(", ") || "nothing"}`;
}

/** What is answered may be as it was some time before. */
function podDoubts(line: Timeline, { fromMs, toMs }: Span): string[] {
  const changed = line
    .of("pods-seen")
    .some((one) => one.fromMs > fromMs - limits.dnsLateMs && one.fromMs < toMs);
  return changed ? ["Pods changed meanwhile, or shortly before"] : [];
}
