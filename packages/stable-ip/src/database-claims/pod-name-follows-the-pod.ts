import type { SeenPod, Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { type Timeline, timeline } from "../history/timeline.ts";
import { memberNamePath, memberPods } from "../history/writer-paths.ts";
import { limits } from "../limits.ts";
import { judgeNames } from "../verify/dns-answers.ts";
import { podStretches } from "../verify/pods.ts";
import { judgedSpan } from "../verify/watch-doubts.ts";

export const podNameFollowsThePod: Claim = {
  id: "pod-name-follows-the-pod",
  statement:
    "The name of one Pod of a StatefulSet MUST resolve to that Pod's IP alone, and to its successor's 2 s after that has one at the latest.",
  source:
    "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id",
  matters:
    "A member that comes back has another address, and the others find it by this name only.",
  seen: "The names of the members are resolved ten times a second while members are killed and replaced, and compared with the Pods' own addresses.",
  upstream: "A conformance test resolves such a name once; not after the Pod was replaced.",
  needs: [],
  paths: memberPods.map(memberNamePath),
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
  const names = memberPods.map((pod) => ({
    path: memberNamePath(pod),
    // Ready or not: a member that joins must be found. On its way out it is found still.
    must: stretchesOf(line, pod, ({ terminating }) => !terminating),
    may: stretchesOf(line, pod, () => true),
    whose: pod,
  }));
  const moved = names.filter(({ must }) => new Set(must.map(({ key }) => key)).size > 1);
  return judgeNames(line, {
    ...{ names, unbroken: judgedSpan(line), measured: { podsWithNewIp: moved.length } },
    untried: moved.length > 0 ? null : "no Pod was replaced by one with another IP",
  });
}

/** When a Pod of this name had each IP. */
function stretchesOf(line: Timeline, pod: string, keep: (pod: SeenPod) => boolean) {
  return podStretches(
    line,
    (each) => each.name === pod && each.ip !== null && keep(each),
    ({ ip }) => ip ?? "",
  );
}
