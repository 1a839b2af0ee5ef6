import type { Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { nameEvidence } from "../verify/dns-answers.ts";
import { roundMs } from "../verify/measured.ts";
import { isReady, longest, podStretches } from "../verify/pods.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { judgedSpan, watchDoubts } from "../verify/watch-doubts.ts";

const path = "members-dns@writer";
const { unaskedMs } = limits;

export const headlessDnsIsTheReadyMembers: Claim = {
  id: "headless-dns-is-the-ready-members",
  statement:
    "The name of the headless Service mysql MUST resolve to the IPs of the ready members, all of them and no other, 2 s after a change at the latest.",
  source: "https://github.com/kubernetes/dns/blob/master/docs/specification.md (2.4.1, A records)",
  needs: [],
  paths: [path],
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
  const span = judgedSpan(line);
  const ready = podStretches(line, isReady, (pod) => pod.ip ?? "");
  const unready = podStretches(
    line,
    (pod) => !isReady(pod) && pod.ip !== null,
    (pod) => pod.ip ?? "",
  );
  const found = nameEvidence(
    line,
    [{ path, must: ready, may: ready, whose: "a ready member", unaskedMs }],
    span,
    span,
  );
  const measured = { ...found.measured, longestUnreadyMs: roundMs(longest(unready)) };
  const doubts = [...watchDoubts(line, span), ...found.doubts];
  if (doubts.length > 0) return unknown(doubts, measured);
  if (found.wrong !== null) return broken(found.wrong.why, measured, found.wrong.witness);
  const untried = longest(unready) <= limits.dnsLateMs + limits.watchLateMs;
  if (untried) return unknown(["no member was unready for long enough to be missed"], measured);
  return holds(measured);
}
