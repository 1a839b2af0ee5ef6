import type { Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { judgeReadyNames } from "../verify/dns-answers.ts";
import { changedSpan } from "../verify/watch-doubts.ts";

const route = "headless-dns";

export const headlessDnsIsTheReadyPodIps: Claim = {
  id: "headless-dns-is-the-ready-pod-ips",
  statement:
    "The name of a headless Service MUST resolve to the IPs of its ready Pods, all of them and no other, 2 s after a change at the latest.",
  source: "https://github.com/kubernetes/dns/blob/master/docs/specification.md (2.4.1, A records)",
  matters:
    "Clients that balance by themselves, and databases that find their members, know only what this name says.",
  seen: "The cluster's DNS server is asked ten times a second from each worker, through every change, and each answer is compared with the Pods that were ready then.",
  upstream:
    "Conformance tests ask whether the name of a headless Service resolves; not to which Pods, nor after a change.",
  needs: ["two-replicas", "two-workers"],
  paths: [route],
  faults: [
    "hold-unready",
    "relabel-one",
    "sigkill-each",
    "delete-each",
    "scale-to-zero",
    "roll-out",
  ],
  limits: {
    dnsLateMs: limits.dnsLateMs,
    watchLateMs: limits.watchLateMs,
    unaskedMs: limits.unaskedMs,
  },
  violations: [
    {
      name: "publish-not-ready",
      how: { variant: "publish-not-ready" },
      text: "publishNotReadyAddresses is true: the IP of the Pod that is held unready is answered too.",
      faults: ["hold-unready"],
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const unbroken = changedSpan(line, headlessDnsIsTheReadyPodIps.faults);
  const paths = line.began.world.workers.map((worker) => ({ path: `${route}@${worker}` }));
  return judgeReadyNames(line, paths, { who: "Pod", unbroken });
}
