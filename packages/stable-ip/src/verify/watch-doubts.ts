import type { FaultKind } from "@svclab/contracts";
import { referenceRecorder } from "../history/clocks.ts";
import { overlaps, type Span } from "../history/span.ts";
import type { Timeline } from "../history/timeline.ts";

/** Why what the watch wrote in a span cannot be taken for all that happened in it. */
export function watchDoubts(line: Timeline, span: Span): string[] {
  return blindDoubts(line, referenceRecorder, span);
}

/** Where nothing was lost in it, a stretch of at most `allowedMs` is no more than lateness. */
export function blindDoubts(line: Timeline, recorder: string, span: Span, allowedMs = 0): string[] {
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
