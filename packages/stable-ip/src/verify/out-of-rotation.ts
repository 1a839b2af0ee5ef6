import type { Event, Verdict } from "@svclab/contracts";
import { overlaps, type Span } from "../history/span.ts";
import type { Request, Timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { roundMs } from "./measured.ts";
import { pathEvidence } from "./path-doubts.ts";
import { answeredBy } from "./requests.ts";
import { connectionsToMeetAll } from "./statistics.ts";
import { broken, holds, unknown } from "./verdicts.ts";
import { watchDoubts } from "./watch-doubts.ts";

const through = "cluster-ip/new";
const direct = "endpoint/new";
const leavesMs = limits.leavesEndpointsMs + limits.watchLateMs;

/** What whoever judges by this looks at, and decides by. */
export const outOfRotation = {
  paths: [through, direct],
  limits: {
    leavesEndpointsMs: limits.leavesEndpointsMs,
    watchLateMs: limits.watchLateMs,
    missedShare: limits.missedShare,
  },
} as const;

/** A Pod that lives and is to get nothing, for how long, as it was seen. */
export interface Out extends Span {
  readonly podUid: string;
  readonly seen: Event;
  /** Since when, for example `had not been ready`. */
  readonly since: string;
  /** Pods among which connections would be shared, were it one of them. */
  readonly among: number;
}

/** Whether a Pod got no new connection through the Service, while it lived and did not belong. */
export function judgeOut(line: Timeline, fault: Span, out: Out): Verdict {
  const { podUid, since } = out;
  // The watch may show both edges late; at the second one nodes may have acted already.
  const during = { fromMs: out.fromMs + leavesMs, toMs: out.toMs - limits.watchLateMs };
  const { workers } = line.began.world;
  const rows = workers.map((worker) => askedFrom(line, worker, during));
  const needed = connectionsToMeetAll(out.among, limits.missedShare);
  const met = rows.flatMap((row) => row.requests.filter((one) => answeredBy(one) === podUid));
  const alive = workers
    .flatMap((worker) => line.requests(`${direct}@${worker}`))
    .filter((one) => overlaps(one, during) && answeredBy(one) === podUid);
  const measured = {
    outOfRotationMs: roundMs(out.toMs - out.fromMs),
    connections: rows.reduce((sum, row) => sum + row.requests.length, 0),
    fewestFromOneNode: Math.min(...rows.map((row) => row.requests.length)),
    neededFromEachNode: needed,
    metThePod: met.length,
    answersAtItsAddress: alive.length,
    uncertaintyMs: roundMs(Math.max(0, ...rows.map((row) => row.uncertaintyMs))),
  };
  const doubts = [...watchDoubts(line, fault, leavesMs), ...rows.flatMap((row) => row.doubts)];
  if (doubts.length > 0) return unknown(doubts, measured);
  const [first] = met;
  if (first !== undefined)
    return broken(
      `${met.length} new connections met ${podUid}, which ${since} for ${roundMs(first.fromMs - out.fromMs)} ms`,
      measured,
      [out.seen, first.event],
    );
  const missing = [
    ...rows
      .filter((row) => row.requests.length < needed)
      .map((row) => `${row.requests.length} connections from ${row.worker}: ${needed} are needed`),
    ...(alive.length < limits.oldAddressProbes ? ["the Pod was not seen to live meanwhile"] : []),
  ];
  return missing.length > 0 ? unknown(missing, measured) : holds(measured);
}

interface Row {
  readonly worker: string;
  readonly doubts: readonly string[];
  /** Sent and answered within the time, by the clocks for certain: one that was refused met no Pod. */
  readonly requests: readonly Request[];
  readonly uncertaintyMs: number;
}

function askedFrom(line: Timeline, worker: string, during: Span): Row {
  const path = `${through}@${worker}`;
  // Who it was that answered is counted, so however late.
  const question = { path, span: during, decidesOnMs: null, unbroken: false } as const;
  const { doubts, requests, uncertaintyMs } = pathEvidence(line, question);
  const isWithin = ({ fromMs, toMs, uncertaintyMs: u }: Request) =>
    fromMs - u >= during.fromMs && toMs + u <= during.toMs;
  const answered = requests.filter((one) => isWithin(one) && answeredBy(one) !== null);
  return { worker, doubts, requests: answered, uncertaintyMs };
}
