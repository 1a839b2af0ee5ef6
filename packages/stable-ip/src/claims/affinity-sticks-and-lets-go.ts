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
import { endpointDoubts, endpointsAt } from "../verify/pods.ts";
import { atMost } from "../verify/statistics.ts";
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
  tests: 2,
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
  // Who is drawn by lot meets another Pod in so many draws; so few, or fewer, by this chance.
  const byLot = ({ pairs, changes }: Arm) =>
    atMost(changes.length, pairs.length, 1 - 1 / Math.max(1, pods));
  const chances = { letGo: byLot(letGo), loose: byLot(loose) };
  const measured = {
    pods,
    fewestAnswersOfOne: fewestAnswers(bound),
    changes: bound.changes.length,
    pairsPastTheTimeout: letGo.pairs.length,
    changesPastTheTimeout: letGo.changes.length,
    pPastTheTimeout: round3(chances.letGo),
    pairsWithoutAffinity: loose.pairs.length,
    changedShareWithoutAffinity: round3(shareChanged(loose)),
    pWithoutAffinity: round3(chances.loose),
    alpha: limits.alphaShare,
  };
  const doubts = [
    ...watchDoubts(line, span, null),
    ...endpointDoubts(line, "web-node", span),
    ...new Set(arms.flatMap((arm) => arm.doubts)),
    ...fewDoubts(sticky, bound),
  ];
  if (pods < 2) doubts.push(`${pods} web Pods were ready, too few to tell who is bound to one`);
  // A mistake that comes into force late leaves a change or two before it.
  for (const { pairs } of [letGo, loose])
    if (doubts.length === 0 && atMost(2, pairs.length, 1 - 1 / pods) > limits.alphaShare)
      doubts.push(`${pairs.length} connections are too few to tell who is bound by chance`);
  if (doubts.length > 0) return unknown(doubts, measured);
  const [first] = bound.changes;
  if (first !== undefined)
    return broken(`a client met another Pod ${bound.changes.length} times`, measured, first);
  for (const { arm, though, p } of [
    { arm: letGo, though: "its time had passed", p: chances.letGo },
    { arm: loose, though: "the Service has no affinity", p: chances.loose },
  ]) {
    if (p >= limits.alphaShare) continue;
    const times = `${arm.changes.length} of ${arm.pairs.length} times`;
    const why = `a client met another Pod only ${times}, though ${though} (p ${round3(p)})`;
    return broken(why, measured, arm.pairs[0] ?? []);
  }
  return holds(measured);
}

/** The second came so late that the Service had let go of its client. */
function isPast([before, after]: Pair): boolean {
  return after.sentMs - (before.scheduledMs + before.tookMs) > limits.affinityMs;
}
