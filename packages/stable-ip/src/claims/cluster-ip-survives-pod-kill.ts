import type { EventOf, Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { type Moment, timeline } from "../history/timeline.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { judgedSpan, watchDoubts } from "../verify/watch-doubts.ts";

const service = "api";

export const clusterIpSurvivesPodKill: Claim = {
  id: "cluster-ip-survives-pod-kill",
  statement:
    "A Service MUST keep its uid and its clusterIP while every Pod behind it is killed, scaled away and back, and rolled out.",
  source:
    "https://kubernetes.io/docs/concepts/services-networking/service/#virtual-ips-and-service-proxies",
  matters:
    "Clients, firewalls and DNS caches keep the address. If it changed with the Pods, each of them would have to be told.",
  seen: "The Service is watched from before the first kill until after the last; its uid and its address must be the same each time.",
  upstream: "No test: it is documented.",
  needs: ["two-replicas"],
  paths: [],
  faults: ["sigkill-each", "delete-each", "scale-to-zero", "roll-out"],
  limits: {},
  violations: [
    {
      name: "recreate-service",
      how: { fault: "recreate-service" },
      text: "The Service is deleted and created again during the run: it gets another clusterIP.",
      faults: [],
    },
    {
      name: "recreate-service-same-ip",
      how: { fault: "recreate-service-same-ip" },
      text: "The Service is deleted and created again with its old clusterIP: the uid differs.",
      faults: [],
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const seen = line.of("service-seen").filter((moment) => moment.event.service === service);
  const first = seen[0]?.event;
  if (first === undefined) return unknown([`the Service ${service} was never seen`]);
  const kills = line.of("pod-kill-sent").map((moment) => moment.event);
  const measured = {
    clusterIP: first.clusterIP,
    uid: first.uid,
    killsGraceful: kills.filter((kill) => kill.how === "graceful").length,
    killsSigkill: kills.filter((kill) => kill.how === "sigkill").length,
    podsSeen: new Set(line.of("pods-seen").flatMap(({ event }) => event.pods.map(uidOf))).size,
    sightings: seen.length,
  };
  // What was seen is a fact, whatever else was not seen.
  const other = seen.find(({ event }) => differs(event, first));
  if (other !== undefined) {
    return broken(whatDiffers(other.event, first), measured, [first, other.event]);
  }
  if (!isAddress(first.clusterIP)) {
    return unknown(
      [`${service} has clusterIP "${first.clusterIP}", which is no address`],
      measured,
    );
  }
  const doubts = [
    ...watchDoubts(line, judgedSpan(line), null),
    ...coverDoubts(line.of("fault-ended"), seen),
  ];
  return doubts.length > 0 ? unknown(doubts, measured) : holds(measured);
}

function coverDoubts(
  ends: readonly Moment<EventOf<"fault-ended">>[],
  seen: readonly Moment<EventOf<"service-seen">>[],
): string[] {
  const lastEndMs = ends.at(-1)?.fromMs ?? Number.POSITIVE_INFINITY;
  const lastSeenMs = seen.at(-1)?.fromMs ?? Number.NEGATIVE_INFINITY;
  return lastSeenMs >= lastEndMs ? [] : ["the Service was not looked at after the last fault"];
}

function differs(seen: EventOf<"service-seen">, first: EventOf<"service-seen">): boolean {
  return seen.deleted || seen.uid !== first.uid || seen.clusterIP !== first.clusterIP;
}

function whatDiffers(seen: EventOf<"service-seen">, first: EventOf<"service-seen">): string {
  if (seen.deleted) return `the Service ${first.uid} was deleted`;
  if (seen.clusterIP !== first.clusterIP) {
    return `the clusterIP was ${first.clusterIP} and became ${seen.clusterIP}`;
  }
  return `the uid was ${first.uid} and became ${seen.uid}`;
}

function isAddress(clusterIP: string): boolean {
  return clusterIP !== "" && clusterIP !== "None";
}

function uidOf(pod: { readonly podUid: string }): string {
  return pod.podUid;
}
