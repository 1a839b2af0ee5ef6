import type { Event, Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { type Request, type Timeline, timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { pathEvidence } from "../verify/path-doubts.ts";
import { podsAt } from "../verify/pods.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { watchDoubts } from "../verify/watch-doubts.ts";

const fault = "leave-alone";
const route = "cluster-ip-source/new";

export const clusterIpKeepsThePodSourceIp: Claim = {
  id: "cluster-ip-keeps-the-pod-source-ip",
  statement:
    "A Pod that is asked through a clusterIP MUST see the address of the Pod that asks, on the same node and on another.",
  source:
    "https://kubernetes.io/docs/tutorials/services/source-ip/#source-ip-for-services-with-type-clusterip",
  matters:
    "Who asked can be told, logged and limited inside the cluster; only what comes in from outside may lose its address.",
  seen: "From each worker a Pod asks the Service over new connections and notes its own address; the Pod that answers says which address it saw. The two are compared, apart for Pods on the same node and on another.",
  upstream: "An end-to-end test has one Pod ask through a clusterIP, and compares both addresses.",
  needs: ["two-workers"],
  paths: [route],
  faults: [fault],
  limits: { rowAnswers: limits.rowAnswers },
  violations: [
    {
      name: "masqueraded",
      how: { fault: "masqueraded" },
      text: "The nodes of its Pods write their own address in the place of the client's.",
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const span = line.faultSpan(fault);
  if (span === null) return unknown([`${fault} is missing`]);
  const asked = line.began.world.workers.map((worker) => {
    const question = { path: `${route}@${worker}`, span, decidesOnMs: null, unbroken: false };
    return { worker, ...pathEvidence(line, question) };
  });
  const byWorker = asked.map(({ worker, requests }) => {
    return requests.flatMap((request) => rowOf(line, worker, request));
  });
  const rows = byWorker.flat();
  const fewestOfOne = Math.min(...byWorker.map(({ length }) => length));
  const changed = rows.filter(({ kept }) => !kept);
  const same = rows.filter(({ sameNode }) => sameNode);
  const measured = {
    onTheSameNode: same.length,
    onAnotherNode: rows.length - same.length,
    changedOnTheSameNode: changed.filter(({ sameNode }) => sameNode).length,
    changedOnAnotherNode: changed.filter(({ sameNode }) => !sameNode).length,
  };
  const doubts = [...watchDoubts(line, span, null), ...new Set(asked.flatMap((one) => one.doubts))];
  const fewest = Math.min(measured.onTheSameNode, measured.onAnotherNode);
  if (doubts.length === 0 && fewest < limits.rowAnswers)
    doubts.push(
      `${measured.onTheSameNode} answers came from the same node, ${measured.onAnotherNode} from another`,
    );
  if (doubts.length === 0 && fewestOfOne < limits.rowAnswers)
    doubts.push(`one worker was answered ${fewestOfOne} times only`);
  if (doubts.length > 0) return unknown(doubts, measured);
  const [first] = changed;
  if (first !== undefined)
    return broken(`${changed.length} of ${rows.length} answers saw another address`, measured, [
      first.event,
    ]);
  return holds(measured);
}

/** What an answer says; nothing where nobody of the workload gave it, or the addresses were not told. */
function rowOf(line: Timeline, worker: string, { event, fromMs }: Request) {
  if (event.kind !== "answered" || event.source === undefined) return [];
  const pod = podsAt(line, fromMs).find(({ podUid }) => podUid === event.podUid);
  if (pod === undefined) return [];
  const kept = event.source.sent === event.source.seen;
  return [{ sameNode: pod.node === worker, kept, event: event as Event }];
}
