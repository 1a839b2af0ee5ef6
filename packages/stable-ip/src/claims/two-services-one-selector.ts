import type { Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { type Timeline, timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { fromWorkers, type PathEvidence } from "../verify/path-doubts.ts";
import { endpointDoubts } from "../verify/pods.ts";
import { answeredBy, isLost } from "../verify/requests.ts";
import { connectionsToMeetAll } from "../verify/statistics.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { watchDoubts } from "../verify/watch-doubts.ts";

const fault = "leave-alone";
/** Two Services with the selector of the web, of different types, each asked at its clusterIP. */
const services = [
  { name: "web-node", route: "node-port-ip/new" },
  { name: "web-public", route: "load-balancer-ip/new" },
] as const;

export const twoServicesOneSelector: Claim = {
  id: "two-services-one-selector",
  statement: "Services with the same selector MUST lead to the same Pods.",
  source: "https://kubernetes.io/docs/concepts/services-networking/service/#defining-a-service",
  matters:
    "Pods belong to no Service: one set of them can be published in several ways, each with its own name, port and type.",
  seen: "A Service of type NodePort and one of type LoadBalancer select the Pods of the web. From each worker each is asked at its clusterIP over new connections; the Pods that answer must be the same, none left out.",
  upstream: "An end-to-end test moves one Pod between two Services by its label.",
  needs: ["two-workers"],
  paths: services.map(({ route }) => route),
  faults: [fault],
  limits: { missedShare: limits.missedShare },
  violations: [
    {
      name: "selects-the-next-version",
      how: { variant: "selects-the-next-version" },
      text: "One of the two selects the Pods of another version.",
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const span = line.faultSpan(fault);
  if (span === null) return unknown([`${fault} is missing`]);
  const [one, other] = services.map(({ name, route }) => {
    const asked = fromWorkers(line, route, { span, decidesOnMs: null });
    return { name, ...metBy(asked), doubts: doubtsOf(line, name, asked) };
  });
  if (one === undefined || other === undefined) return unknown(["no Services"]);
  const pods = [...new Set([...one.pods.keys(), ...other.pods.keys()])];
  const needed = connectionsToMeetAll(pods.length, limits.missedShare);
  const fewest = Math.min(one.answers, other.answers);
  const measured = {
    pods: pods.length,
    metByBoth: pods.filter((uid) => one.pods.has(uid) && other.pods.has(uid)).length,
    fewestAnswers: fewest,
    needed,
  };
  const doubts = [...new Set([...one.doubts, ...other.doubts, ...watchDoubts(line, span, null)])];
  if (doubts.length === 0 && fewest < needed)
    doubts.push(`one Service was answered ${fewest} times: ${needed} are needed`);
  if (doubts.length === 0 && pods.length < 2) doubts.push("one Pod alone answered");
  if (doubts.length > 0) return unknown(doubts, measured);
  for (const [here, there] of [
    [one, other],
    [other, one],
  ] as const) {
    const [strange] = [...here.pods].filter(([uid]) => !there.pods.has(uid));
    if (strange !== undefined)
      return broken(`${here.name} led to a Pod that ${there.name} never met`, measured, [
        strange[1],
      ]);
  }
  return holds(measured);
}

/** How many answers there were, and for each Pod that answered its first. */
function metBy(asked: readonly PathEvidence[]) {
  const answered = asked.flatMap(({ requests }) => requests.filter((one) => !isLost(one)));
  const pods = new Map(answered.toReversed().map((one) => [answeredBy(one) ?? "", one.event]));
  return { answers: answered.length, pods };
}

function doubtsOf(line: Timeline, service: string, asked: readonly PathEvidence[]): string[] {
  const span = line.faultSpan(fault);
  return [
    ...asked.flatMap((one) => one.doubts),
    ...(span === null ? [] : endpointDoubts(line, service, span)),
  ];
}
