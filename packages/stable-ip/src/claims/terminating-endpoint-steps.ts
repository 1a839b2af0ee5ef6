import type { Endpoint, EventOf, Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { overlaps } from "../history/span.ts";
import { type Moment, type Timeline, timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { roundMs } from "../verify/measured.ts";
import { podsAt } from "../verify/pods.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { watchDoubts } from "../verify/watch-doubts.ts";

const service = "api";
const fault = "delete-each";

export const terminatingEndpointSteps: Claim = {
  id: "terminating-endpoint-steps",
  statement:
    "The endpoint of a Pod that is deleted MUST be terminating, not ready and still serving for as long as the Pod drains, 1 s at least, and only then be gone; it MUST never be ready again.",
  source:
    "https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#conditions (ready, serving, terminating)",
  matters:
    "Load balancers drain by it: they send nothing new to such an endpoint, and leave alone what is under way.",
  seen: "Every Pod is deleted in turn, and each state that the EndpointSlices give its endpoint is written down, in order and with its time.",
  upstream:
    "An end-to-end test looks at a terminating endpoint once; the order of the steps is documented.",
  needs: ["two-replicas"],
  paths: [],
  faults: [fault],
  limits: { drainsMs: limits.drainsMs },
  violations: [
    {
      name: "force-delete-instead",
      how: { fault: "force-delete-instead" },
      text: "The Pods are deleted with a grace period of 0: their endpoints go at once, or with a step between that lasts no longer than the news of it.",
    },
  ],
  judge,
};

interface State {
  readonly seen: Moment<EventOf<"endpoints-seen">>;
  /** null: it is not among the endpoints. */
  readonly endpoint: Endpoint | null;
}

/** What became of the endpoint of one deleted Pod. */
interface Steps {
  /** Since it was deleted. */
  readonly terminatingMs: number;
  /** Terminating and serving. */
  readonly drainedMs: number;
  readonly wrong: string | null;
  readonly doubts: readonly string[];
  readonly witness: readonly EventOf<"endpoints-seen">[];
}

function judge(history: History): Verdict {
  const line = timeline(history);
  const span = line.faultSpan(fault);
  if (span === null) return unknown([`${fault} is missing`]);
  const kills = line.of("pod-kill-sent").filter((kill) => overlaps(kill, span));
  const all = kills.map((kill) => stepsOf(line, kill.event.podUid, kill.fromMs));
  const measured = {
    podsDeleted: kills.length,
    inOrder: all.filter(({ wrong, doubts }) => wrong === null && doubts.length === 0).length,
    terminatingMaxMs: roundMs(Math.max(0, ...all.map((steps) => steps.terminatingMs))),
    drainedMinMs: roundMs(Math.min(...all.map((steps) => steps.drainedMs))),
    drainsLimitMs: limits.drainsMs,
  };
  const blind = watchDoubts(line, span, limits.drainsMs);
  if (blind.length > 0) return unknown(blind, measured);
  const wrong = all.find((steps) => steps.wrong !== null);
  if (wrong?.wrong != null) return broken(wrong.wrong, measured, wrong.witness);
  const doubts = all.flatMap((steps) => steps.doubts);
  return doubts.length > 0 ? unknown(doubts, measured) : holds(measured);
}

function stepsOf(line: Timeline, podUid: string, killedMs: number): Steps {
  const states = statesOf(line, podUid);
  const before = states.findLast(({ seen }) => seen.fromMs <= killedMs);
  const after = states.filter(({ seen }) => seen.fromMs > killedMs);
  const step = after.find(({ endpoint }) => endpoint !== null && isDraining(endpoint));
  const gone = after.find(({ endpoint }) => endpoint === null);
  const leftMs = Math.min(at(step), at(gone));
  const isReady = (state: State | undefined) => state?.endpoint?.ready === true;
  const again = after.find((state) => isReady(state) && at(state) > leftMs);
  const witness = [before, step, gone, again].flatMap((state) => state?.seen.event ?? []);
  const drained = after.find(
    (state) => at(state) > at(step) && (state.endpoint === null || !isDraining(state.endpoint)),
  );
  const times = {
    terminatingMs: step === undefined ? 0 : at(step) - killedMs,
    drainedMs: step === undefined || drained === undefined ? 0 : at(drained) - at(step),
  };
  const rest = { ...times, witness, doubts: [], wrong: null };
  // One that has only just become ready may be seen as an endpoint a moment after it was deleted.
  if (![before, ...after].some((state) => isReady(state) && at(state) < leftMs))
    return { ...rest, doubts: [`${podUid} was no ready endpoint before it was deleted`] };
  if (again !== undefined)
    return { ...rest, wrong: `the endpoint of ${podUid} was ready again after it was deleted` };
  if (gone === undefined)
    return { ...rest, doubts: [`the endpoint of ${podUid} was not seen to go`] };
  if (times.drainedMs >= limits.drainsMs) return rest;
  // An endpoint serves as long as its Pod is ready, and no longer.
  const pods = podsAt(line, at(drained) + limits.watchLateMs);
  const unready = pods.find((pod) => pod.podUid === podUid && !pod.ready);
  if (drained?.endpoint?.serving === false && unready !== undefined)
    return { ...rest, doubts: [`Pod ${unready.name} stopped being ready while it drained`] };
  return {
    ...rest,
    wrong: `the endpoint of ${podUid} was terminating and serving for ${roundMs(times.drainedMs)} ms only`,
  };
}

const at = (state: State | undefined) => state?.seen.fromMs ?? Number.POSITIVE_INFINITY;

function isDraining({ ready, serving, terminating }: Endpoint): boolean {
  return terminating && serving && !ready;
}

function statesOf(line: Timeline, podUid: string): State[] {
  return line
    .of("endpoints-seen")
    .filter(({ event }) => event.service === service)
    .map((seen) => ({
      seen,
      endpoint: seen.event.endpoints.find((each) => each.podUid === podUid) ?? null,
    }));
}
