import type { EventOf } from "@svclab/contracts";
import { overlaps, type Span, widen } from "../history/span.ts";
import type { Moment, Request } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { isLost } from "./requests.ts";

export interface Losses {
  /** Lost in the 3 s after a SIGKILL. */
  readonly excused: readonly Request[];
  /** Lost, for certain, when no SIGKILL explains it. */
  readonly unexcused: readonly Request[];
  /** So near to an edge that the clocks do not tell. */
  readonly undecided: readonly Request[];
}

/**
 * A lost request is excused when it was under way in the 3 s after a SIGKILL. One that ended less
 * than the clocks' uncertainty before the kill cannot be told from one that the kill took, and is
 * excused. That near to the end of the 3 s, or to an edge of the faults, it is undecided.
 */
export function losses(
  requests: readonly Request[],
  faults: readonly Span[],
  kills: readonly Moment<EventOf<"pod-kill-sent">>[],
  uncertaintyMs: number,
): Losses {
  const excusedUntil = (byMs: number): Span[] =>
    kills
      .filter((kill) => kill.event.how !== "graceful")
      .map(({ fromMs }) => ({
        fromMs: fromMs - uncertaintyMs,
        toMs: fromMs + limits.sigkillLossMs + byMs,
      }));
  const surely = excusedUntil(-uncertaintyMs);
  const perhaps = excusedUntil(uncertaintyMs);
  const inner = faults.map((fault) => widen(fault, -uncertaintyMs));
  const lost = requests.filter(isLost);
  const excused = lost.filter((one) => meets(one, surely));
  const left = lost.filter((one) => !excused.includes(one));
  const unexcused = left.filter((one) => !meets(one, perhaps) && meets(one, inner));
  return { excused, unexcused, undecided: left.filter((one) => !unexcused.includes(one)) };
}

function meets(one: Span, spans: readonly Span[]): boolean {
  return spans.some((span) => overlaps(one, span));
}
