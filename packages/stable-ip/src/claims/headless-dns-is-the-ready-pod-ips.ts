import type { Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { nameEvidence } from "../verify/dns-answers.ts";
import { roundMs } from "../verify/measured.ts";
import { isReady, longest, podStretches } from "../verify/pods.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { changedSpan, judgedSpan, watchDoubts } from "../verify/watch-doubts.ts";

const route = "headless-dns";

export const headlessDnsIsTheReadyPodIps: Claim = {
  id: "headless-dns-is-the-ready-pod-ips",
  statement:
    "The name of a headless Service MUST resolve to the IPs of its ready Pods, all of them and no other, 2 s after a change at the latest.",
  source: "https://github.com/kubernetes/dns/blob/master/docs/specification.md (2.4.1, A records)",
  needs: ["two-replicas", "two-workers"],
  paths: [route],
  faults: ["hold-unready", "sigkill-each", "delete-each", "scale-to-zero", "roll-out"],
  limits: { dnsLateMs: limits.dnsLateMs, watchLateMs: limits.watchLateMs },
  violations: [
    {
      name: "publish-not-ready",
      how: { variant: "publish-not-ready" },
      text: "publishNotReadyAddresses is true: the IP of the Pod that is held unready is answered too.",
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const span = judgedSpan(line);
  const changed = changedSpan(line, headlessDnsIsTheReadyPodIps.faults);
  const ready = podStretches(line, isReady, (pod) => pod.ip ?? "");
  const unready = podStretches(
    line,
    (pod) => !isReady(pod) && pod.ip !== null,
    (pod) => pod.ip ?? "",
  );
  const names = line.began.world.workers.map((worker) => ({
    ...{ path: `${route}@${worker}`, must: ready, may: ready, whose: "a ready Pod" },
  }));
  const found = nameEvidence(line, names, span, changed);
  const measured = { ...found.measured, longestUnreadyMs: roundMs(longest(unready)) };
  const doubts = [...watchDoubts(line, span), ...found.doubts];
  if (doubts.length > 0) return unknown(doubts, measured);
  if (found.wrong !== null) return broken(found.wrong.why, measured, found.wrong.witness);
  const untried = longest(unready) <= limits.dnsLateMs + limits.watchLateMs;
  if (untried) return unknown(["no Pod was unready for long enough to be missed"], measured);
  return holds(measured);
}
