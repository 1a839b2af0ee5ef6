import type { Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { overlaps } from "../history/span.ts";
import { timeline } from "../history/timeline.ts";
import { judgeOut, outOfRotation } from "../verify/out-of-rotation.ts";
import { unknown } from "../verify/verdicts.ts";

const fault = "relabel-one";

export const relabelledPodLeavesRotation: Claim = {
  id: "relabelled-pod-leaves-rotation",
  statement:
    "A Pod that loses the label in the selector MUST get no new connection through the Service, later than 2 s after the label was taken off, though it lives on.",
  source:
    "https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#isolating-pods-from-a-replicaset",
  matters:
    "In this way a Pod that misbehaves is taken out and looked at in peace: it keeps its memory and its connections, and another takes its place.",
  seen: "The label is taken off one Pod, which stays as it is, and the ReplicaSet makes another. A prober on each worker asks through the Service, 20 new connections a second, and at the Pod's own address; after some seconds the Pod is deleted.",
  upstream: "Documented; no test of Kubernetes asks whether traffic ends.",
  needs: ["two-replicas", "two-workers"],
  ...outOfRotation,
  faults: [fault],
  violations: [
    {
      name: "selector-without-the-label",
      how: { variant: "selector-without-the-label" },
      text: "The Service selects by another label, which the Pod keeps: it gets its part as before.",
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const span = line.faultSpan(fault);
  if (span === null) return unknown([`${fault} is missing`]);
  const off = line.of("pod-relabelled").find((moment) => overlaps(moment, span));
  const podUid = off?.event.podUid ?? "";
  const gone = line.of("pod-gone").find(({ event }) => event.podUid === podUid);
  if (off === undefined || gone === undefined)
    return unknown(["no Pod was seen to lose its label and to go"]);
  return judgeOut(line, span, {
    ...{ fromMs: off.fromMs, toMs: gone.fromMs, podUid, seen: off.event },
    since: "had been without its label",
    among: line.began.world.replicas + 1,
  });
}
