import type { Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { timeline } from "../history/timeline.ts";
import { acceptedDoubts, creationOf, refusalDoubts, wasAccepted } from "../verify/creations.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";

const takenNodePorts = "taken-node-ports";

export const nodePortRangeAndCollisionsAreRefused: Claim = {
  id: "node-port-range-and-collisions-are-refused",
  statement:
    "A node port that is taken, or lies outside of the cluster's range, MUST be refused, and one whose Service has gone MUST be free again.",
  source: "https://kubernetes.io/docs/concepts/services-networking/service/#nodeport-custom-port",
  matters:
    "A node has each port once: who gets one that is taken takes another's traffic, and one below the range may be the node's own.",
  seen: "A Service of type NodePort is created, and while it is there the API is asked for another with the same node port, and for one with port 80. Then the first is deleted, and its port asked for again.",
  upstream: "End-to-end tests ask for ports that are taken or outside, and take up a freed one.",
  needs: [],
  paths: [takenNodePorts],
  faults: [],
  limits: {},
  violations: [
    {
      name: "asks-for-a-free-node-port",
      how: { fault: "asks-for-a-free-node-port" },
      text: "In the place of the node port that is taken a free one is asked for: the refusal does not come.",
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const any = creationOf(line, "any-node-port");
  const taken = creationOf(line, "taken-node-port");
  const outside = creationOf(line, "node-port-outside");
  const freed = creationOf(line, "freed-node-port");
  const measured = {
    nodePort: any?.got ?? "none",
    ...(taken === undefined ? {} : { takenPort: taken.status }),
    ...(outside === undefined ? {} : { outsidePort: outside.status }),
    ...(freed === undefined ? {} : { freedPort: freed.status }),
  };
  const doubts = [
    ...acceptedDoubts("a Service with any node port", any),
    ...refusalDoubts("a node port that is taken", taken),
    ...refusalDoubts("a node port outside of the range", outside),
    ...refusalDoubts("a node port that is free again", freed),
  ];
  if (!wasAccepted(taken) && taken?.asked !== any?.got)
    doubts.push(`port ${taken?.asked} was asked for, and ${any?.got} is taken`);
  if (freed !== undefined && any !== undefined && freed.asked !== any.got)
    doubts.push(`port ${freed.asked} was asked for again, and ${any.got} had been freed`);
  if (doubts.length > 0) return unknown(doubts, measured);
  if (taken !== undefined && wasAccepted(taken))
    return broken(`node port ${taken.got} was given though ${any?.got} is taken`, measured, [
      taken,
    ]);
  if (outside !== undefined && wasAccepted(outside))
    return broken(`node port ${outside.asked} was given`, measured, [outside]);
  if (freed !== undefined && !wasAccepted(freed))
    return broken(`node port ${freed.asked} was not free again: ${freed.said}`, measured, [freed]);
  return holds(measured);
}
