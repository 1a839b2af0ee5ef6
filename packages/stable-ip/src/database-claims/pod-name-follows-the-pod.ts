import type { SeenPod, Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { type Timeline, timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { nameEvidence } from "../verify/dns-answers.ts";
import { podStretches } from "../verify/pods.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { judgedSpan, watchDoubts } from "../verify/watch-doubts.ts";

const members = ["mysql-0", "mysql-1", "mysql-2"] as const;

export const podNameFollowsThePod: Claim = {
  id: "pod-name-follows-the-pod",
  statement:
    "The name of one Pod of a StatefulSet MUST resolve to that Pod's IP alone, and to its successor's 2 s after that has one at the latest.",
  source:
    "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id",
  needs: [],
  paths: members.map((pod) => `${pod}-dns@writer`),
  faults: [],
  limits: {
    dnsLateMs: limits.dnsLateMs,
    watchLateMs: limits.watchLateMs,
    unaskedMs: limits.unaskedMs,
  },
  violations: [
    {
      name: "peers-selector-wrong",
      how: { variant: "peers-selector-wrong" },
      text: "The selector of the Service that gives the names is wrong in one label: it knows no Pod.",
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const span = judgedSpan(line);
  const names = members.map((pod) => ({
    path: `${pod}-dns@writer`,
    // Ready or not: a member that joins must be found. On its way out it is found still.
    must: stretchesOf(line, pod, ({ terminating }) => !terminating),
    may: stretchesOf(line, pod, () => true),
    whose: pod,
    unaskedMs: limits.unaskedMs,
  }));
  const found = nameEvidence(line, names, span, span);
  const moved = names.filter(({ must }) => new Set(must.map(({ key }) => key)).size > 1);
  const measured = { ...found.measured, podsWithNewIp: moved.length };
  const doubts = [...watchDoubts(line, span), ...found.doubts];
  if (doubts.length > 0) return unknown(doubts, measured);
  if (found.wrong !== null) return broken(found.wrong.why, measured, found.wrong.witness);
  if (moved.length === 0) return unknown(["no Pod was replaced by one with another IP"], measured);
  return holds(measured);
}

/** When a Pod of this name had each IP. */
function stretchesOf(line: Timeline, pod: string, keep: (pod: SeenPod) => boolean) {
  return podStretches(
    line,
    (each) => each.name === pod && each.ip !== null && keep(each),
    ({ ip }) => ip ?? "",
  );
}
