import type { Event } from "@svclab/contracts";
import { intersect, lengthMs, type Span } from "../history/span.ts";
import type { Request } from "../history/timeline.ts";

/**
 * A probe asks for what every Pod serves, so any answer but a 2xx is one its client cannot use:
 * the request is lost, though the connection was not.
 */
export function isLost({ event }: Request): boolean {
  return event.kind === "unanswered" || event.status < 200 || event.status > 299;
}

/** Of some requests: those that were not lost. */
export function shareAnswered(requests: readonly Request[]): number {
  return requests.filter((one) => !isLost(one)).length / Math.max(1, requests.length);
}

/** The uid that answered; null where none did. */
export function answeredBy({ event }: Request): string | null {
  return event.kind === "answered" ? event.podUid : null;
}

/** A stretch without an answer, and the answers on both sides of it. */
export interface Silence {
  readonly ms: number;
  readonly around: readonly Event[];
}

/** The longest time in which no answer came on one path, counted in the given spans only. */
export function longestSilence(requests: readonly Request[], during: readonly Span[]): Silence {
  const answers = requests.filter((one) => !isLost(one)).sort((a, b) => a.toMs - b.toMs);
  let worst: Silence = { ms: 0, around: [] };
  for (let at = 0; at <= answers.length; at++) {
    const [before, after] = [answers[at - 1], answers[at]];
    const gap = {
      fromMs: before?.toMs ?? Number.NEGATIVE_INFINITY,
      toMs: after?.toMs ?? Number.POSITIVE_INFINITY,
    };
    const ms = Math.max(0, ...intersect([gap], during).map(lengthMs));
    const around = [before, after].flatMap((answer) =>
      answer === undefined ? [] : [answer.event],
    );
    if (ms > worst.ms) worst = { ms, around };
  }
  return worst;
}
