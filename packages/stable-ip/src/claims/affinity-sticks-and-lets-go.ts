import type { Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import {
  type Arm,
  armOf,
  fewDoubts,
  fewestAnswers,
  type Pair,
  shareChanged,
} from "../verify/changes.ts";
import { round3 } from "../verify/measured.ts";
import { endpointsAt } from "../verify/pods.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { watchDoubts } from "../verify/watch-doubts.ts";

const fault = "spread";
const sticky = "sticky/new";
const briefly = "sticky-briefly/new";
const free = "node-port-ip/new";

export const affinitySticksAndLetsGo: Claim = {
  id: "affinity-sticks-and-lets-go",
  statement:
    "With sessionAffinity ClientIP each new connection of a client MUST reach the Pod that the client first met, until the timeout after its last one; with None it MUST NOT be bound to a Pod.",
  source: "https://kubernetes.io/docs/reference/networking/virtual-ips/#session-affinity",
  matters:
    "It is used for sessions kept in memory. It binds addresses, not people: all behind one gateway meet one Pod, and the default of three hours outlives most sessions.",
  seen: "The same web Pods are behind three Services: one with affinity for three hours, one for a second, one with none. From each worker each is asked over new connections, the second one seldom enough that its second has passed each time. It is counted how often the Pod changed from one answer to the next.",
  upstream:
    "Conformance tests see that a client sticks, that None lets go, and in part the timeout.",
  needs: ["two-workers"],
  paths: [sticky, briefly, free],
  faults: [fault],
  limits: {
    rowAnswers: limits.rowAnswers,
    alphaShare: limits.alphaShare,
    affinityMs: limits.affinityMs,
  },
  violations: [
    {
      name: "affinity-none",
      how: { variant: "affinity-none" },
      text: "The Service that is to keep its clients has no affinity.",
    },
    {
      name: "affinity-for-hours",
      how: { variant: "affinity-for-hours" },
      text: "The Service that is to let its clients go after a second keeps them for three hours.",
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const span = line.faultSpan(fault);
  if (span === null) return unknown([`${fault} is missing`]);
  const pods = endpointsAt(line, "web-node", span.fromMs).filter(({ ready }) => ready).length;
  const arms = [sticky, briefly, free].map((route) => armOf(line, route, span));
  const [bound, released, loose] = arms as [Arm, Arm, Arm];
  const past = { ...released, pairs: released.pairs.filter(isPast) };
  const letGo = { ...past, changes: released.changes.filter(isPast) };
  const measured = {
    pods,
    fewestAnswersOfOne: fewestAnswers(bound),
    changes: bound.changes.length,
    pairsPastTheTimeout: letGo.pairs.length,
    changesPastTheTimeout: letGo.changes.length,
    pairsWithoutAffinity: loose.pairs.length,
    changedShareWithoutAffinity: round3(shareChanged(loose)),
  };
  const doubts = [
    ...watchDoubts(line, span, null),
    ...new Set(arms.flatMap((arm) => arm.doubts)),
    ...fewDoubts(sticky, bound),
  ];
  if (pods < 2) doubts.push(`${pods} web Pods were ready, too few to tell who is bound to one`);
  // The chance that so many draws by lot all met the Pod of the one before.
  for (const { pairs } of [letGo, loose])
    if (pods >= 2 && doubts.length === 0 && pods ** -pairs.length > limits.alphaShare)
      doubts.push(`${pairs.length} connections are too few to tell who is bound by chance`);
  if (doubts.length > 0) return unknown(doubts, measured);
  const [first] = bound.changes;
  if (first !== undefined)
    return broken(`a client met another Pod ${bound.changes.length} times`, measured, first);
  const stuck = (arm: Arm, though: string) => {
    const why = `in ${arm.pairs.length} connections no client met another Pod, though ${though}`;
    return broken(why, measured, arm.pairs[0] ?? []);
  };
  if (letGo.changes.length === 0) return stuck(letGo, "its time had passed");
  if (loose.changes.length === 0) return stuck(loose, "the Service has no affinity");
  return holds(measured);
}

/** The second came so late that the Service had let go of its client. */
function isPast([before, after]: Pair): boolean {
  return after.sentMs - (before.scheduledMs + before.tookMs) > limits.affinityMs;
}
