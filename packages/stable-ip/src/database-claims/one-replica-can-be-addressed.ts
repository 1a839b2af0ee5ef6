import type { EventOf, Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { type Timeline, timeline } from "../history/timeline.ts";
import { anyMemberPath, memberPath, memberPods } from "../history/writer-paths.ts";
import { limits } from "../limits.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";

export const oneReplicaCanBeAddressed: Claim = {
  id: "one-replica-can-be-addressed",
  statement:
    "A connection to the name of one Pod of a StatefulSet MUST reach that Pod and no other, while the Service over all of them leads to each.",
  source:
    "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id",
  matters: "Writes and backups must go to a certain replica.",
  seen: "Each member is asked by its own name, over a new connection each time, which server it is.",
  upstream: "No test: it is documented.",
  needs: [],
  paths: [...memberPods.map(memberPath), anyMemberPath],
  faults: [],
  limits: { rowAnswers: limits.rowAnswers },
  violations: [
    {
      name: "addressed-by-the-read-service",
      how: { fault: "addressed-by-the-read-service" },
      text: "The client has the name of mysql-read in place of the Pod's: it meets any member.",
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const owners = ownersOf(line);
  const answers = (path: string) =>
    line.of("member-read").filter(({ event }) => event.path === path && event.serverUuid !== null);
  const rows = memberPods.map((pod) => ({ pod, answers: answers(memberPath(pod)) }));
  const met = answers(anyMemberPath).map(({ event }) => owners.get(event.serverUuid ?? "")?.pod);
  const readsAt = (pod: string) => met.filter((each) => each === pod).length;
  const replaced = memberPods.filter((pod) => uidsOf(line, pod) > 1);
  const all = rows.flatMap(({ pod, answers }) => answers.map(({ event }) => ({ pod, event })));
  const astray = all.filter(
    ({ pod, event }) => (owners.get(event.serverUuid ?? "")?.pod ?? pod) !== pod,
  );
  const measured = {
    answers: all.length,
    fewestAtOneName: Math.min(...rows.map(({ answers }) => answers.length)),
    astray: astray.length,
    podsReplaced: replaced.length,
    ...Object.fromEntries(memberPods.map((pod) => [`readsAt${pod.slice(-1)}`, readsAt(pod)])),
  };
  const [first] = astray;
  if (first !== undefined) {
    const owner = owners.get(first.event.serverUuid ?? "");
    const why = `${first.pod} was asked for and ${owner?.pod} answered`;
    return broken(why, measured, [...(owner ? [owner] : []), first.event]);
  }
  const nobodys = all.filter(({ event }) => !owners.has(event.serverUuid ?? ""));
  const missing = [
    ...(nobodys.length > 0 ? [`${nobodys.length} answers came from servers of no known Pod`] : []),
    ...rows.flatMap(({ pod, answers }) =>
      answers.length >= limits.rowAnswers
        ? []
        : [`${pod} answered ${answers.length} times; ${limits.rowAnswers} are needed`],
    ),
    ...memberPods.flatMap((pod) => (readsAt(pod) > 0 ? [] : [`mysql-read never led to ${pod}`])),
    ...(replaced.length > 0 ? [] : ["no Pod was replaced"]),
  ];
  return missing.length > 0 ? unknown(missing, measured) : holds(measured);
}

/** Each server's Pod, as the agent beside it said; a Pod that lost its volume has had two servers. */
function ownersOf(line: Timeline): ReadonlyMap<string, EventOf<"member-seen">> {
  const said = line.of("member-seen").map(({ event }) => event);
  return new Map(said.flatMap((event) => (event.serverUuid ? [[event.serverUuid, event]] : [])));
}

function uidsOf(line: Timeline, pod: string): number {
  const pods = line.of("pods-seen").flatMap(({ event }) => event.pods);
  return new Set(pods.filter(({ name }) => name === pod).map(({ podUid }) => podUid)).size;
}
