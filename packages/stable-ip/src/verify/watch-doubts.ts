import type { FaultKind } from "@svclab/contracts";
import { referenceRecorder } from "../history/clocks.ts";
import { overlaps, type Span } from "../history/span.ts";
import type { Timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";

/**
 * Why what the watch wrote in a span cannot be taken for all that happened in it, and for when it
 * did: `decidesOnMs` is the smallest time between two of its events that is decided on, null where
 * only what happened between its ends is.
 */
export function watchDoubts(line: Timeline, span: Span, decidesOnMs: number | null): string[] {
  const doubts = blindDoubts(line, referenceRecorder, span, mayBeLateMs(decidesOnMs));
  if (decidesOnMs !== null) return doubts;
  // What came while it stood still over the end of the span looks as if it came after it.
  const end = { fromMs: span.toMs, toMs: span.toMs };
  return [...new Set([...doubts, ...blindDoubts(line, referenceRecorder, end, 0)])];
}

/** How late a recorder may be: a share of the smallest time that is decided on; any where it is null. */
export function mayBeLateMs(decidesOnMs: number | null): number {
  return (decidesOnMs ?? Number.POSITIVE_INFINITY) * limits.latenessShare;
}

/** Where nothing was lost in it, a stretch of at most `allowedMs` is no more than lateness. */
export function blindDoubts(
  line: Timeline,
  recorder: string,
  span: Span,
  allowedMs: number,
): string[] {
  return line
    .of("blind")
    .filter(({ event }) => event.from === recorder && !(event.late && event.forMs <= allowedMs))
    .filter((blind) => overlaps(blind, span))
    .map(({ event }) => `${recorder} saw nothing for ${Math.round(event.forMs)} ms: ${event.why}`);
}

/**
 * From the first of some faults to the end of the run: when what a claim is about changes, and who
 * did not look misses something.
 */
export function changedSpan(line: Timeline, faults: readonly FaultKind[]): Span {
  const spans = faults.flatMap((fault) => line.faultSpan(fault) ?? []);
  const fromMs = Math.min(...spans.map((span) => span.fromMs));
  return { fromMs, toMs: judgedSpan(line).toMs };
}

/** From the steady state to the end of the run. */
export function judgedSpan(line: Timeline): Span {
  const fromMs = line.of("steady")[0]?.fromMs ?? Number.NaN;
  const toMs = line.of("run-ended")[0]?.fromMs ?? Number.NaN;
  return { fromMs, toMs };
}
