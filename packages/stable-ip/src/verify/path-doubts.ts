import { longestGap, overlaps, type Span } from "../history/span.ts";
import type { Request, Timeline } from "../history/timeline.ts";
import { blindDoubts, mayBeLateMs } from "./watch-doubts.ts";

export interface PathEvidence {
  readonly doubts: readonly string[];
  readonly requests: readonly Request[];
  /** The worst time between a request's schedule and its sending. */
  readonly latenessMs: number;
  readonly uncertaintyMs: number;
}

/** What the requests on one path in a span are to show. */
export interface PathQuestion {
  readonly path: string;
  readonly span: Span;
  /** The smallest time that is decided on; null where requests are counted, not timed. */
  readonly decidesOnMs: number | null;
  /** Whether no part of the span may be without a scheduled request. */
  readonly unbroken: boolean;
}

/** Requests on a path, and why they cannot be taken for all that happened on it. */
export function pathEvidence(line: Timeline, question: PathQuestion): PathEvidence {
  const { path, span } = question;
  const requests = line.requests(path).filter((request) => overlaps(request, span));
  const allowedMs = mayBeLateMs(question.decidesOnMs);
  const doubts = recorderDoubts(line, path, span, allowedMs);
  if (doubts.length === 0 && requests.length === 0) doubts.push(`no request was sent on ${path}`);
  doubts.push(...orderDoubts(path, requests));
  const latenessMs = requests.reduce((worst, one) => Math.max(worst, lateness(one)), 0);
  if (question.decidesOnMs !== null) {
    doubts.push(...latenessDoubts(path, latenessMs, allowedMs, question.decidesOnMs));
    if (question.unbroken) doubts.push(...gapDoubts(question, requests, allowedMs));
  }
  const uncertaintyMs = requests.reduce((most, one) => Math.max(most, one.uncertaintyMs), 0);
  return { doubts, requests, latenessMs, uncertaintyMs };
}

/** The same of one route from every worker. */
export function fromWorkers(
  line: Timeline,
  route: string,
  question: Omit<PathQuestion, "path" | "unbroken">,
): PathEvidence[] {
  return line.began.world.workers.map((worker) =>
    pathEvidence(line, { path: `${route}@${worker}`, unbroken: false, ...question }),
  );
}

/**
 * Doubts about who wrote of a path, for requests and DNS queries alike. A recorder that stood still
 * for no longer than it may be late was late, and its requests tell by how much: by any time where
 * they are counted and not timed.
 */
export function recorderDoubts(
  line: Timeline,
  path: string,
  span: Span,
  allowedMs: number,
): string[] {
  return line
    .recordersOf(path)
    .flatMap((recorder) =>
      line.isPlaced(recorder)
        ? blindDoubts(line, recorder, span, allowedMs)
        : [`the clock of ${recorder} was never compared with the watch's`],
    );
}

function lateness({ event }: Request): number {
  return event.sentMs - event.scheduledMs;
}

function orderDoubts(path: string, requests: readonly Request[]): string[] {
  const odd = requests.filter((one) => lateness(one) < 0 || one.toMs < one.fromMs);
  return odd.length === 0 ? [] : [`${odd.length} requests on ${path} ended before they began`];
}

function latenessDoubts(path: string, lateMs: number, allowedMs: number, ofMs: number): string[] {
  if (lateMs <= allowedMs) return [];
  return [
    `the prober was ${Math.round(lateMs)} ms late on ${path}; ` +
      `a fifth of the ${ofMs} ms decided on is ${allowedMs} ms`,
  ];
}

function gapDoubts({ path, span }: PathQuestion, requests: readonly Request[], allowedMs: number) {
  if (requests.length === 0) return [];
  const gapMs = longestGap(
    span,
    requests.map((one) => one.fromMs - lateness(one)),
  );
  if (gapMs <= allowedMs) return [];
  return [`nothing was due on ${path} for ${Math.round(gapMs)} ms; ${allowedMs} ms are allowed`];
}
