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
  matters: "A client of the database must not be given a member that is not one.",
  seen: "The name is resolved ten times a second while members are killed and replaced, and each answer is compared with the Pods that were ready then.",
  upstream: "As for any headless Service: resolved once.",
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
  const paths = [{ path: readyNamePath }];
  return judgeReadyNames(line, paths, { who: "member", unbroken: judgedSpan(line) });
}
