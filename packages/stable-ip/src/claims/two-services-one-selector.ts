import type { Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { type Request, timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { fromWorkers } from "../verify/path-doubts.ts";
import { endpointDoubts } from "../verify/pods.ts";
import { answeredBy, isLost } from "../verify/requests.ts";
import { connectionsToMeetAll } from "../verify/statistics.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { watchDoubts } from "../verify/watch-doubts.ts";

const fault = "leave-alone";
/** Two Services with the selector of the web, of different types, each asked at its clusterIP. */
const services = [
  { name: "web-node", route: "web-node-ip/new" },
  { name: "web-public", route: "load-balancer-ip/new" },
] as const;

export const twoServicesOneSelector: Claim = {
  id: "two-services-one-selector",
  statement: "Services with the same selector MUST lead to the same Pods.",
  source: "https://kubernetes.io/docs/concepts/services-networking/service/#defining-a-service",
  matters:
    "Pods belong to no Service: one set of them can be published in several ways, each with its own name, port and type.",
  seen: "A Service of type NodePort and one of type LoadBalancer select the Pods of the web. From each worker each is asked at its clusterIP over new connections; each worker must be led to the same Pods by both, none left out.",
  upstream:
    "An end-to-end test compares the slices of Services whose selectors overlap; what packets do is not asked.",
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
  const asked = services.flatMap(({ name, route }) =>
    fromWorkers(line, route, { span, decidesOnMs: null }).map((evidence, at) => {
      const worker = line.began.world.workers[at] ?? "";
      return { name, worker, doubts: evidence.doubts, ...metBy(evidence.requests) };
    }),
  );
  const each = asked.map(({ pods }) => pods.size);
  const needed = connectionsToMeetAll(Math.max(...each), limits.missedShare);
  const fewest = Math.min(...asked.map(({ answers }) => answers));
  const all = new Set(asked.flatMap(({ pods }) => [...pods.keys()]));
  const measured = {
    pods: all.size,
    fewestMetByOne: Math.min(...each),
    fewestAnswers: fewest,
    neededFromEachNode: needed,
  };
  const doubts = [
    ...new Set(asked.flatMap((one) => one.doubts)),
    ...watchDoubts(line, span, null),
    ...services.flatMap(({ name }) => endpointDoubts(line, name, span)),
  ];
  if (doubts.length === 0 && fewest < needed)
    doubts.push(`one Service was answered ${fewest} times from one node: ${needed} are needed`);
  if (doubts.length === 0 && all.size < 2) doubts.push("one Pod alone answered");
  if (doubts.length > 0) return unknown(doubts, measured);
  for (const here of asked)
    for (const there of asked) {
      const [strange] = [...here.pods].filter(([uid]) => !there.pods.has(uid));
      if (strange === undefined) continue;
      const why = `${here.name} led ${here.worker} to a Pod that ${there.name} never led ${there.worker} to`;
      return broken(why, measured, [strange[1]]);
    }
  return holds(measured);
}

/** How many answers there were, and for each Pod that answered its first. */
function metBy(requests: readonly Request[]) {
  const answered = requests.filter((one) => !isLost(one));
  const pods = new Map(answered.toReversed().map((one) => [answeredBy(one) ?? "", one.event]));
  return { answers: answered.length, pods };
}
