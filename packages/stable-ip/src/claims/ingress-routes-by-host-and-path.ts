import type { Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { type Request, timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { round3 } from "../verify/measured.ts";
import { pathEvidence } from "../verify/path-doubts.ts";
import { endpointDoubts, endpointsAt, podsAt } from "../verify/pods.ts";
import { answeredBy, isLost } from "../verify/requests.ts";
import { fit } from "../verify/statistics.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { watchDoubts } from "../verify/watch-doubts.ts";

/** Host and path that are asked, and who is to answer. */
const matrix = [
  { route: "ingress-any/new", what: "any host", to: "web" },
  { route: "ingress-host/new", what: "host api.svclab.test", to: "api" },
  { route: "ingress-path/new", what: "host lab.svclab.test", to: "web" },
  { route: "ingress-longer-path/new", what: "lab.svclab.test/echo", to: "api" },
] as const;
const split = "http-route-split/new";
const weights = { web: 1, api: 3 } as const;

export const ingressRoutesByHostAndPath: Claim = {
  id: "ingress-routes-by-host-and-path",
  statement:
    "A request that comes in at an Ingress MUST reach the Service of the rule for its host, and within it of the longest path that fits; the backends of an HTTPRoute MUST get their parts by weight.",
  source: "https://kubernetes.io/docs/concepts/services-networking/ingress/#the-ingress-resource",
  matters:
    "One address serves many applications by it, and a new version gets a small part of the traffic first. A wrong rule hands one customer's requests to another's Service.",
  seen: "The Ingress is asked by four pairs of host and path, and the HTTPRoute, whose weights are 1 and 3, some 300 times. Who answers is told by the Pods' own uids. How a proxy spreads over the Pods of one Service is not judged: it need not be one draw a request.",
  upstream:
    "The Gateway API's conformance tests ask both; of an Ingress no conformance test is left.",
  needs: ["node-addresses"],
  paths: [...matrix.map(({ route }) => route), split],
  faults: ["leave-alone", "spread"],
  tests: 1,
  limits: {
    rowAnswers: limits.rowAnswers,
    answeredShare: limits.answeredShare,
    weighedRequests: limits.weighedRequests,
    alphaShare: limits.alphaShare,
  },
  violations: [
    {
      name: "ingress-backends-swapped",
      how: { variant: "ingress-backends-swapped" },
      text: "The rules of the two hosts lead to each other's Services.",
    },
    {
      name: "route-weights-swapped",
      how: { variant: "route-weights-swapped" },
      text: "The HTTPRoute's weights are 3 and 1.",
    },
  ],
  judge,
};

interface Row {
  readonly what: string;
  readonly to: "web" | "api";
  readonly requests: readonly Request[];
}

function judge(history: History): Verdict {
  const line = timeline(history);
  const [quiet, busy] = [line.faultSpan("leave-alone"), line.faultSpan("spread")];
  if (quiet === null || busy === null) return unknown(["leave-alone or spread is missing"]);
  const asked = (route: string, span = quiet) =>
    pathEvidence(line, { path: `${route}@host`, span, decidesOnMs: null, unbroken: false });
  const arms = matrix.map(({ route, ...row }) => ({ ...row, ...asked(route) }));
  const weighed = asked(split, busy);
  const uids = {
    api: new Set(podsAt(line, quiet.fromMs).map(({ podUid }) => podUid)),
    web: new Set(endpointsAt(line, "web-node", quiet.fromMs).map(({ podUid }) => podUid)),
  };
  const by = (to: "web" | "api", requests: readonly Request[]) =>
    requests.filter((one) => !isLost(one) && uids[to].has(answeredBy(one) ?? ""));
  const astray = ({ to, requests }: Row) =>
    requests.filter((one) => !isLost(one) && !by(to, [one]).length);
  const shares = arms.map(
    ({ to, requests }) => by(to, requests).length / Math.max(1, requests.length),
  );
  const counts = {
    web: by("web", weighed.requests).length,
    api: by("api", weighed.requests).length,
  };
  const lost = weighed.requests.filter(isLost).length;
  // Who was not answered may have gone to either: as fits the weights best.
  const p = Math.max(
    ...Array.from({ length: lost + 1 }, (_, more) => {
      return fit([counts.web + more, counts.api + lost - more], [weights.web, weights.api]).p;
    }),
  );
  const measured = {
    fewestAsked: Math.min(...arms.map(({ requests }) => requests.length)),
    leastShareAnswered: round3(Math.min(...shares)),
    astray: arms.flatMap(astray).length,
    byWeight1: counts.web,
    byWeight3: counts.api,
    unansweredByWeight: lost,
    ...(counts.web + counts.api > 0 ? { p: round3(p) } : {}),
    alpha: limits.alphaShare,
  };
  const doubts = [
    ...watchDoubts(line, quiet, null),
    ...endpointDoubts(line, "web-node", quiet),
    ...new Set([...arms, weighed].flatMap((arm) => arm.doubts)),
    ...(["web", "api"] as const)
      .filter((to) => uids[to].size === 0)
      .map((to) => `no Pod of the ${to} was seen`),
    ...arms
      .filter(({ requests }) => requests.length < limits.rowAnswers)
      .map(({ what, requests }) => `${what} was asked ${requests.length} times only`),
  ];
  if (doubts.length > 0) return unknown(doubts, measured);
  for (const arm of arms) {
    const [first] = astray(arm);
    if (first !== undefined)
      return broken(`${arm.what} was answered by others than the ${arm.to}`, measured, [
        first.event,
      ]);
  }
  const closed = arms.find((_, at) => (shares[at] ?? 0) < limits.answeredShare);
  if (closed !== undefined) {
    const seen = closed.requests.filter(isLost).map(({ event }) => event);
    return broken(`${closed.what} was hardly answered`, measured, seen);
  }
  const all = counts.web + counts.api;
  const strangers = weighed.requests.filter((one) => !isLost(one)).length - all;
  if (strangers > 0)
    return unknown([`${strangers} answers by weight came from other Pods`], measured);
  if (all < limits.weighedRequests) return unknown([`${all} answers by weight only`], measured);
  if (p < limits.alphaShare) {
    const why = `${counts.web} and ${counts.api} answers are not 1 to 3 (p ${round3(p)})`;
    return broken(
      why,
      measured,
      weighed.requests.slice(0, 5).map(({ event }) => event),
    );
  }
  return holds(measured);
}
