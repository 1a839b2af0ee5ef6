import type { SeenPod, Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { overlaps, type Span } from "../history/span.ts";
import { type Timeline, timeline } from "../history/timeline.ts";
import { judgeOut, type Out, outOfRotation } from "../verify/out-of-rotation.ts";
import { podStretches } from "../verify/pods.ts";
import { unknown } from "../verify/verdicts.ts";

const fault = "hold-unready";

export const unreadyPodGetsNoTraffic: Claim = {
  id: "unready-pod-gets-no-traffic",
  statement:
    "A Pod that is not ready MUST get no new connection through its Service, from 2 s after it stopped being ready on, though it lives and answers at its own address.",
  source:
    "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#types-of-probe (readinessProbe)",
  matters:
    "A Pod says by it that it cannot serve now: while it starts, warms up or waits for a database.",
  seen: "One Pod is made to say that it is not ready, and goes on answering. A prober on each worker asks through the Service, 20 new connections a second, and at the Pod's own address.",
  upstream:
    "An end-to-end test reaches a Pod that is not ready where publishNotReadyAddresses is true; that none is reached otherwise is not asked with a figure.",
  needs: ["two-replicas", "two-workers"],
  ...outOfRotation,
  faults: [fault],
  violations: [
    {
      name: "api-publish-not-ready",
      how: { variant: "api-publish-not-ready" },
      text: "publishNotReadyAddresses is true: the Pod that is held unready gets its part as before.",
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const span = line.faultSpan(fault);
  if (span === null) return unknown([`${fault} is missing`]);
  const held = heldIn(line, span);
  return held === null
    ? unknown(["no Pod was seen to live and not to be ready"])
    : judgeOut(line, span, held);
}

/** The longest time that one Pod, with the same container throughout, was not ready. */
function heldIn(line: Timeline, span: Span): Out | null {
  const isHeld = ({ ready, terminating, containerId }: SeenPod) =>
    !ready && !terminating && containerId !== null;
  const [longest] = podStretches(line, isHeld, (pod) => `${pod.podUid} ${pod.containerId}`)
    .filter((stretch) => overlaps(stretch, span))
    .toSorted((one, other) => other.toMs - other.fromMs - (one.toMs - one.fromMs));
  if (longest === undefined) return null;
  const podUid = longest.key.split(" ")[0] ?? "";
  const among = line.began.world.replicas;
  return { ...longest, podUid, since: "had not been ready", among };
}
