import type { Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { fromWorkers } from "../verify/path-doubts.ts";
import { endpointDoubts, endpointsAt } from "../verify/pods.ts";
import { answeredBy, isLost } from "../verify/requests.ts";
import { connectionsToMeetAll } from "../verify/statistics.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { watchDoubts } from "../verify/watch-doubts.ts";

const fault = "leave-alone";
const route = "versions/new";
/** Services of the two versions by themselves; the one under test does not say who is behind it. */
const versions = { now: "web-node", next: "web-next" } as const;

export const namedTargetPortResolvesPerPod: Claim = {
  id: "named-target-port-resolves-per-pod",
  statement:
    "A targetPort that is a name MUST lead to each Pod's own port of that name, also where Pods listen on different numbers.",
  source:
    "https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports (named targetPort)",
  matters:
    "A new version may listen on another number, and be rolled out while the old one serves on, without a change of the Service.",
  seen: "Two versions of the web run side by side: one listens on 8080, the other on 8088, and both call it http. From each worker the Service in front of both is asked over new connections; each Pod of both must be among those that answer.",
  upstream:
    "An end-to-end test asks two Pods that listen on different numbers under one name, from one client.",
  needs: ["two-workers"],
  paths: [route],
  faults: [fault],
  tests: 1,
  limits: { alphaShare: limits.alphaShare },
  violations: [
    {
      name: "number-instead-of-name",
      how: { variant: "number-instead-of-name" },
      text: "targetPort is the number of one version.",
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const span = line.faultSpan(fault);
  if (span === null) return unknown([`${fault} is missing`]);
  const asked = fromWorkers(line, route, { span, decidesOnMs: null });
  const requests = asked.flatMap((one) => one.requests);
  const answered = requests.filter((one) => !isLost(one));
  const podsOf = (service: string) =>
    endpointsAt(line, service, span.fromMs).map(({ podUid }) => podUid);
  const pods = { now: podsOf(versions.now), next: podsOf(versions.next) };
  const all = [...pods.now, ...pods.next];
  const met = new Set(answered.map((one) => answeredBy(one) ?? ""));
  const needed = connectionsToMeetAll(all.length, limits.alphaShare);
  const measured = {
    podsOfOneVersion: pods.now.length,
    podsOfTheOther: pods.next.length,
    met: all.filter((podUid) => met.has(podUid)).length,
    requests: requests.length,
    lost: requests.length - answered.length,
    needed,
  };
  const doubts = [
    ...watchDoubts(line, span, null),
    ...Object.values(versions).flatMap((service) => endpointDoubts(line, service, span)),
    ...new Set(asked.flatMap((one) => one.doubts)),
    ...(pods.now.length > 0 && pods.next.length > 0 ? [] : ["two versions were not seen"]),
    ...(requests.length < needed
      ? [`${requests.length} requests are too few to meet all: ${needed} are needed`]
      : []),
  ];
  if (doubts.length > 0) return unknown(doubts, measured);
  const missed = all.filter((podUid) => !met.has(podUid));
  const lost = requests.filter(isLost).map(({ event }) => event);
  // A mistake that comes into force late leaves an answer or two of whom it shuts out.
  const most = 1 / all.length / 2;
  if (missed.length > 0 || lost.length > most * requests.length) {
    const why = `${missed.length} of ${all.length} Pods were never met, and ${lost.length} of ${requests.length} requests were lost`;
    return broken(why, measured, lost.length > 0 ? lost : requests.map(({ event }) => event));
  }
  if (answered.length < needed)
    return unknown([`${answered.length} answers are too few`], measured);
  return holds(measured);
}
