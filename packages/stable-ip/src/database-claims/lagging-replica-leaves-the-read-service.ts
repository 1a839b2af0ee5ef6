import type { Event, Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { overlaps } from "../history/span.ts";
import { type Timeline, timeline } from "../history/timeline.ts";
import { anyMemberPath, memberPath, memberPods } from "../history/writer-paths.ts";
import { limits } from "../limits.ts";
import { type HeldBack, heldBack, laggingOf, readsIn } from "../verify/lagging.ts";
import { roundMs } from "../verify/measured.ts";
import { endpointStretches } from "../verify/pods.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { watchDoubts } from "../verify/watch-doubts.ts";

const service = "mysql-read";
const fault = "replica-behind";
const { replicaBehindMs, leavesReadsMs, returnsToReadsMs, watchLateMs, proxyLateMs } = limits;

export const laggingReplicaLeavesTheReadService: Claim = {
  id: "lagging-replica-leaves-the-read-service",
  statement:
    "A replica that lacks a write for more than 5 s MUST leave mysql-read within 2 s, and MUST be back within 2 s after it caught up.",
  source:
    "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#types-of-probe, with the readiness that k8s/base/mysql asks for",
  matters: "Who reads from a replica that is behind reads the past, and does not know it.",
  seen: "A replica is held back by a lock. It says itself, over a connection to its own name, which note is its newest; the ledger says when the next one was acknowledged. That is compared with the endpoints of mysql-read, and with whom reads through it meet.",
  upstream: "Nothing: it is a promise of this application.",
  needs: [],
  paths: [...memberPods.map(memberPath), anyMemberPath],
  faults: [],
  limits: { replicaBehindMs, leavesReadsMs, returnsToReadsMs, watchLateMs, proxyLateMs },
  violations: [
    {
      name: "read-publishes-not-ready",
      how: { variant: "read-publishes-not-ready" },
      text: "The Service publishes members that are not ready: it leads to one that is behind.",
      after: [fault],
    },
  ],
  judge,
};

/** What became of one replica that was held back. */
interface Judged {
  readonly behindMs: number;
  readonly leftMs: number;
  readonly backMs: number;
  /** Reads through mysql-read while it must not lead to the replica. */
  readonly reads: number;
  readonly wrong: readonly Wrong[];
  readonly missing: readonly string[];
}

interface Wrong {
  readonly why: string;
  readonly witness: readonly Event[];
}

function judge(history: History): Verdict {
  const line = timeline(history);
  const episodes = heldBack(line);
  const judged = episodes.map((episode) => judgeEpisode(line, episode));
  const most = (name: "behindMs" | "leftMs" | "backMs") =>
    roundMs(Math.max(0, ...judged.map((each) => each[name])));
  const measured = {
    heldBack: episodes.length,
    behindMaxMs: most("behindMs"),
    leftMaxMs: most("leftMs"),
    leavesLimitMs: leavesReadsMs + watchLateMs,
    backMaxMs: most("backMs"),
    backLimitMs: returnsToReadsMs + watchLateMs,
    readsMeanwhile: judged.reduce((sum, { reads }) => sum + reads, 0),
  };
  const doubts = episodes.flatMap((episode) =>
    watchDoubts(line, episode, returnsToReadsMs + watchLateMs),
  );
  if (doubts.length > 0) return unknown(doubts, measured);
  const [wrong] = judged.flatMap((each) => each.wrong);
  if (wrong !== undefined) return broken(wrong.why, measured, wrong.witness);
  const missing = judged.flatMap((each) => each.missing);
  if (episodes.length === 0) missing.push("no replica was held back");
  return missing.length > 0 ? unknown(missing, measured) : holds(measured);
}

function judgeEpisode(line: Timeline, episode: HeldBack): Judged {
  const { pod, podUid, serverUuid } = episode;
  const nothing = { behindMs: 0, leftMs: 0, backMs: 0, reads: 0, wrong: [] };
  const lagging = laggingOf(line, episode, replicaBehindMs);
  // Less than the clocks' uncertainty decides nothing.
  const u = lagging?.uncertaintyMs ?? 0;
  const dueMs = (lagging?.fromMs ?? 0) + leavesReadsMs + watchLateMs + u;
  if (lagging === null || lagging.last.fromMs <= dueMs)
    return { ...nothing, missing: [`${pod} was not behind for long enough`] };
  const led = endpointStretches(line, service)
    .filter(({ key }) => key.startsWith(`${podUid} `))
    .toSorted((one, other) => one.fromMs - other.fromMs);
  const ledAt = (atMs: number) => led.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs);
  if (ledAt(episode.fromMs) === undefined)
    return { ...nothing, missing: [`${service} did not lead to ${pod} before`] };

  const { last, caughtUp } = lagging;
  const meanwhile = { fromMs: dueMs, toMs: last.fromMs };
  const wrong: Wrong[] = [];
  const astray = led.find((stretch) => stretch.toMs > dueMs && overlaps(stretch, meanwhile));
  if (astray !== undefined) {
    const afterMs = roundMs(Math.max(astray.fromMs, dueMs) - lagging.fromMs);
    wrong.push({
      why: `${pod} was ${replicaBehindMs} ms behind, and ${service} led to it ${afterMs} ms later`,
      witness: [last.event, astray.seen],
    });
  }
  const reads = readsIn(line, anyMemberPath, { ...meanwhile, fromMs: dueMs + proxyLateMs });
  const met = reads.find(({ event }) => event.serverUuid === serverUuid);
  if (met !== undefined)
    wrong.push({
      why: `a read through ${service} met ${pod}, which was ${replicaBehindMs} ms behind`,
      witness: [last.event, met.event],
    });

  const backFromMs = caughtUp?.toMs ?? episode.toMs;
  const back = led.find(({ toMs }) => toMs > backFromMs);
  // Where it never came back: for as long as anybody looked.
  const backMs = Math.max(0, (back?.fromMs ?? episode.toMs) - backFromMs);
  if (backMs > returnsToReadsMs + watchLateMs + u)
    wrong.push({
      why: `${pod} had caught up, and ${service} did not lead to it for ${roundMs(backMs)} ms`,
      witness: [...(caughtUp ? [caughtUp.event] : []), ...(back ? [back.seen] : [])],
    });
  const unaskedMs = (caughtUp?.fromMs ?? last.fromMs) - last.fromMs;
  const missing = [
    ...(caughtUp === null ? [`${pod} was not seen to catch up`] : []),
    ...(back === undefined ? [`${service} was not seen to lead to ${pod} again`] : []),
    ...(unaskedMs > limits.unaskedMs ? [`${pod} was not asked for ${roundMs(unaskedMs)} ms`] : []),
    ...(reads.length === 0 ? [`nobody read through ${service} while ${pod} was behind`] : []),
  ];
  const leftMs = Math.max(0, (ledAt(lagging.fromMs)?.toMs ?? 0) - lagging.fromMs);
  return { behindMs: lagging.mostMs, leftMs, backMs, reads: reads.length, wrong, missing };
}
