import type { Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { type Request, timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { acceptedDoubts, creationOf, refusalDoubts, wasAccepted } from "../verify/creations.ts";
import { round3 } from "../verify/measured.ts";
import { fromWorkers } from "../verify/path-doubts.ts";
import { isLost, shareAnswered } from "../verify/requests.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";

const fault = "leave-alone";
const http = "cluster-ip/new";
const metrics = "metrics-port/new";
const crossed = "metrics-port-crossed/new";
/** The API is asked, and not the Service. */
const namelessPorts = "nameless-ports";

export const multiPortNeedsNames: Claim = {
  id: "multi-port-needs-names",
  statement:
    "Each named port of a Service MUST lead to the port of its Pods that it names, and to no other; several ports without names MUST be refused.",
  source: "https://kubernetes.io/docs/concepts/services-networking/service/#multi-port-services",
  matters: "What is meant for one port, metrics or an admin page, is not to be found on another.",
  seen: "The Service has port 80, http, and port 9100, metrics. From each worker each is asked for what only its own server has, and 9100 for what only that of 80 has. The API is asked whether it would create a Service with two ports, with names and without.",
  upstream: "Conformance tests reach both ports of a Service; the refusal is a unit test.",
  needs: ["two-workers"],
  paths: [http, metrics, crossed, namelessPorts],
  faults: [fault],
  limits: { rowAnswers: limits.rowAnswers, answeredShare: limits.answeredShare },
  violations: [
    {
      name: "both-names-to-one-port",
      how: { variant: "both-names-to-one-port" },
      text: "Both named ports lead to the one that serves http.",
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const span = line.faultSpan(fault);
  if (span === null) return unknown([`${fault} is missing`]);
  const asked = (route: string) => fromWorkers(line, route, { span, decidesOnMs: null });
  const arms = { http: asked(http), metrics: asked(metrics), crossed: asked(crossed) };
  const found = arms.crossed.flatMap(({ requests }) => requests.filter((one) => !isLost(one)));
  const told = arms.crossed.map(({ requests }) => requests.filter(isAnswered).length);
  const named = creationOf(line, "service-with-named-ports");
  const nameless = creationOf(line, "service-with-nameless-ports");
  const measured = {
    leastShareOnHttp: round3(leastShare(arms.http)),
    leastShareOnMetrics: round3(leastShare(arms.metrics)),
    fewestAnswersToTheOther: Math.min(...told),
    servedToTheOther: found.length,
    ...(named === undefined ? {} : { withNames: named.status }),
    ...(nameless === undefined ? {} : { withoutNames: nameless.status }),
  };
  const doubts = [
    ...new Set(Object.values(arms).flatMap((all) => all.flatMap((a) => a.doubts))),
    ...acceptedDoubts("a Service with named ports", named),
    ...refusalDoubts("ports without names", nameless),
  ];
  const few = [...arms.http, ...arms.metrics].map(({ requests }) => requests.length);
  if (doubts.length === 0 && Math.min(...few) < limits.rowAnswers)
    doubts.push(`a port was asked ${Math.min(...few)} times only`);
  if (doubts.length > 0) return unknown(doubts, measured);
  for (const port of ["http", "metrics"] as const) {
    if (leastShare(arms[port]) >= limits.answeredShare) continue;
    const lost = arms[port].flatMap(({ requests }) => requests.filter(isLost));
    const seen = lost.map(({ event }) => event);
    return broken(`port ${port} did not lead to what it names`, measured, seen);
  }
  const [first] = found;
  if (first !== undefined)
    return broken(`port metrics served what is http's, ${found.length} times`, measured, [
      first.event,
    ]);
  if (nameless !== undefined && wasAccepted(nameless))
    return broken("ports without names were accepted", measured, [nameless]);
  if (Math.min(...told) < limits.rowAnswers)
    return unknown([`port metrics said ${Math.min(...told)} times only what it has not`], measured);
  return holds(measured);
}

function leastShare(all: readonly { readonly requests: readonly Request[] }[]): number {
  return Math.min(...all.map(({ requests }) => shareAnswered(requests)));
}

function isAnswered({ event }: Request): boolean {
  return event.kind === "answered";
}
