import type { Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { timeline } from "../history/timeline.ts";
import { readyNamePath } from "../history/writer-paths.ts";
import { limits } from "../limits.ts";
import { judgeReadyNames } from "../verify/dns-answers.ts";
import { judgedSpan } from "../verify/watch-doubts.ts";

export const headlessDnsIsTheReadyMembers: Claim = {
  id: "headless-dns-is-the-ready-members",
  statement:
    "The name of the headless Service mysql MUST resolve to the IPs of the ready members, all of them and no other, 2 s after a change at the latest.",
  source: "https://github.com/kubernetes/dns/blob/master/docs/specification.md (2.4.1, A records)",
  needs: [],
  paths: [readyNamePath],
  faults: [],
  limits: {
    dnsLateMs: limits.dnsLateMs,
    watchLateMs: limits.watchLateMs,
    unaskedMs: limits.unaskedMs,
  },
  violations: [
    {
      name: "mysql-publish-not-ready",
      how: { variant: "mysql-publish-not-ready" },
      text: "publishNotReadyAddresses is true: a member whose server was killed is answered too.",
      after: ["server-killed"],
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const paths = [{ path: readyNamePath, unaskedMs: limits.unaskedMs }];
  return judgeReadyNames(line, paths, { who: "member", unbroken: judgedSpan(line) });
}
