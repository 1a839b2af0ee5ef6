import type { EventOf, Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { type Moment, type Timeline, timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { roundMs } from "../verify/measured.ts";
import { podsAt } from "../verify/pods.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { watchDoubts } from "../verify/watch-doubts.ts";

const service = "mysql-primary";
/** A change is judged by when it was seen, which is at most one look of the members' later. */
const limitMs = limits.primaryLabelMs + limits.watchLateMs;

export const primaryServiceFollowsThePrimary: Claim = {
  id: "primary-service-follows-the-primary",
  statement:
    "The Service mysql-primary MUST lead to the member that the group elected, and to nobody else, within 2 s of the election.",
  source:
    "https://kubernetes.io/docs/concepts/services-networking/service/#services-in-kubernetes, with the label that k8s/base/mysql sets",
  matters:
    "A write that is sent to a replica is refused, and one that a second primary takes is lost.",
  seen: "Each member's agent says what its server is; the endpoints of mysql-primary are compared with who was elected.",
  upstream: "Nothing: it is a promise of this application.",
  needs: [],
  paths: [],
  faults: [],
  limits: { primaryLabelMs: limits.primaryLabelMs, watchLateMs: limits.watchLateMs },
  violations: [
    {
      name: "primary-selector-without-role",
      how: { variant: "primary-selector-without-role" },
      text: "The Service's selector names the database and not the role: it leads to every member.",
      after: ["server-killed"],
    },
  ],
  judge,
};

interface Election {
  readonly seen: Moment<EventOf<"member-seen">>;
  readonly podUid: string;
  /** Until the next one was elected, this one said something else, or the run ended. */
  readonly untilMs: number;
}

function judge(history: History): Verdict {
  const line = timeline(history);
  const elections = electionsOf(line);
  const states = line.of("endpoints-seen").filter(({ event }) => event.service === service);
  const tookMs: number[] = [];
  const span = { fromMs: line.began.atMs, toMs: history.at(-1)?.atMs ?? line.began.atMs };
  const doubts = watchDoubts(line, span, limitMs);
  let measured = figures(elections, tookMs);
  if (doubts.length > 0) return unknown(doubts, measured);
  for (const { seen, podUid, untilMs } of elections) {
    // No Service leads to a Pod that is not ready, and after a full stop none is.
    const fromMs = readyFrom(line, podUid, seen.fromMs) ?? untilMs;
    const dueMs = fromMs + limitMs;
    // Of a leadership that ended before its time was over nothing can be said.
    if (untilMs <= dueMs) continue;
    const endOf = (at: number) => states[at + 1]?.fromMs ?? untilMs;
    const good = states.find(
      (state, at) =>
        leadsOnlyTo(state.event, podUid) && endOf(at) > seen.fromMs && state.fromMs < untilMs,
    );
    const lateMs = Math.max(0, (good?.fromMs ?? Number.POSITIVE_INFINITY) - fromMs);
    // An election may have been before it was seen: the Service may be ahead of who looks.
    const overMs = untilMs - limitMs;
    const wrong = states.find(
      (state, at) =>
        endOf(at) > dueMs && state.fromMs < overMs && leadsElsewhere(state.event, podUid),
    );
    tookMs.push(lateMs);
    measured = figures(elections, tookMs);
    if (lateMs > limitMs) {
      const last = states.findLast(({ fromMs }) => fromMs <= dueMs);
      return broken(
        `${limitMs} ms after ${seen.event.pod} was elected ${service} did not lead to it alone`,
        measured,
        [seen.event, ...(last ? [last.event] : [])],
      );
    }
    if (wrong !== undefined)
      return broken(
        `${service} led to another than ${seen.event.pod} while that was the primary`,
        measured,
        [seen.event, wrong.event],
      );
  }
  const all = [
    // The first is the one that the run found there.
    ...(elections.length < 2 ? ["no change of primary was seen"] : []),
    ...(tookMs.length < 2 ? ["no primary led for long enough to be judged"] : []),
  ];
  return all.length > 0 ? unknown(all, measured) : holds(measured);
}

function figures(elections: readonly Election[], tookMs: readonly number[]) {
  const sorted = tookMs.filter(Number.isFinite).toSorted((one, other) => one - other);
  return {
    changes: Math.max(0, elections.length - 1),
    judged: tookMs.length,
    followedMedianMs: roundMs(sorted[Math.floor(sorted.length / 2)] ?? 0),
    followedMaxMs: roundMs(sorted.at(-1) ?? 0),
    limitMs,
  };
}

function electionsOf(line: Timeline): Election[] {
  const found: { seen: Moment<EventOf<"member-seen">>; podUid: string }[] = [];
  const led = new Map<string, boolean>();
  for (const seen of line.of("member-seen")) {
    const { state, role, pod } = seen.event;
    const leads = state === "ONLINE" && role === "PRIMARY";
    // Who was silent and says what it said before was not elected: it does not know better yet.
    const isNews = led.get(pod) !== true;
    if (state !== null) led.set(pod, leads);
    if (!leads || !isNews || found.at(-1)?.seen.event.pod === pod) continue;
    found.push({ seen, podUid: uidOf(line, pod, seen.fromMs) });
  }
  const endMs = line.of("run-ended")[0]?.fromMs ?? 0;
  return found.map((each, at) => {
    // One that stood still says for a moment that it leads, until it learns what happened meanwhile.
    const own = line.of("member-seen").find(({ event, fromMs }) => {
      return fromMs > each.seen.fromMs && event.pod === each.seen.event.pod;
    });
    const next = found[at + 1]?.seen.fromMs ?? endMs;
    return { ...each, untilMs: Math.min(next, own?.fromMs ?? endMs) };
  });
}

/** As it was last seen; at the run's begin its agent may have answered before the Pods were listed. */
function uidOf(line: Timeline, pod: string, atMs: number): string {
  const isIt = ({ name }: { readonly name: string }) => name === pod;
  const first = line.of("pods-seen").find(({ event }) => event.pods.some(isIt));
  const found = podsAt(line, atMs).find(isIt) ?? first?.event.pods.find(isIt);
  return found?.podUid ?? "";
}

/** When a Pod was ready at a time, or was next; null: not again. */
function readyFrom(line: Timeline, podUid: string, atMs: number): number | null {
  const isReady = (pod: { readonly podUid: string; readonly ready: boolean }) =>
    pod.podUid === podUid && pod.ready;
  if (podsAt(line, atMs).some(isReady)) return atMs;
  const later = line
    .of("pods-seen")
    .find(({ event, fromMs }) => fromMs >= atMs && event.pods.some(isReady));
  return later?.fromMs ?? null;
}

const readyUids = ({ endpoints }: EventOf<"endpoints-seen">) =>
  endpoints.filter(({ ready }) => ready).map(({ podUid }) => podUid);

function leadsOnlyTo(event: EventOf<"endpoints-seen">, podUid: string): boolean {
  const uids = readyUids(event);
  return uids.length === 1 && uids[0] === podUid;
}

/** Leading nowhere is not leading astray: the primary itself may have gone. */
function leadsElsewhere(event: EventOf<"endpoints-seen">, podUid: string): boolean {
  return readyUids(event).some((uid) => uid !== podUid);
}
