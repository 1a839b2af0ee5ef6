import type { Event, EventOf } from "@svclab/contracts";
import { longestGap, overlaps, type Span } from "../history/span.ts";
import type { Moment, Timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { roundMs } from "./measured.ts";
import { recorderDoubts } from "./path-doubts.ts";
import type { Stretch } from "./pods.ts";

type Answer = Moment<EventOf<"resolved">>;

/** A path on which one name is asked for, and when each address belonged to it, by the Pods alone. */
export interface Name {
  readonly path: string;
  /** When an address must be answered. */
  readonly must: readonly Stretch[];
  /** When it may be; all of `must` is in it. */
  readonly may: readonly Stretch[];
  /** Whom an address must belong to, for example `a ready Pod`. */
  readonly whose: string;
  /** How long nothing may be asked. Default: a fifth of what is decided on. */
  readonly unaskedMs?: number;
}

export interface NameEvidence {
  readonly doubts: readonly string[];
  readonly measured: Readonly<Record<string, number>>;
  readonly wrong: { readonly why: string; readonly witness: readonly Event[] } | null;
}

/**
 * What was answered in `span`, against whom the addresses belonged to. In `unbroken` no stretch as
 * long as what is decided on may be without an answer.
 */
export function nameEvidence(
  line: Timeline,
  names: readonly Name[],
  span: Span,
  unbroken: Span,
): NameEvidence {
  const answers = names.flatMap((name) =>
    line
      .of("resolved")
      .filter(({ event, ...rest }) => event.path === name.path && overlaps(rest, span))
      .map((answer) => ({ answer, why: whatIsWrong(answer, name) })),
  );
  const isWrong = answers.filter(({ why }) => why !== null);
  const [first] = isWrong;
  const seen = line.of("pods-seen").findLast(({ fromMs }) => fromMs <= (first?.answer.toMs ?? 0));
  const paths = new Set(names.map(({ path }) => path));
  return {
    doubts: names.flatMap((name) => pathDoubts(line, name, unbroken)),
    measured: {
      queries: answers.length,
      wrong: isWrong.length,
      setsSeen: new Set(answers.map(({ answer }) => setOf(answer))).size,
      lateLimitMs: limits.dnsLateMs,
      unresolved: line.of("unresolved").filter(({ event }) => paths.has(event.path)).length,
      uncertaintyMs: roundMs(Math.max(0, ...answers.map(({ answer }) => answer.uncertaintyMs))),
    },
    wrong: first?.why
      ? { why: first.why, witness: [...(seen ? [seen.event] : []), first.answer.event] }
      : null,
  };
}

const setOf = ({ event }: Answer) => event.addresses.toSorted().join();

/**
 * Address by address and not set by set: while several Pods change at once, the server may learn
 * of them in another order than the watch.
 */
function whatIsWrong(answer: Answer, { must, may, whose }: Name): string | null {
  const window: Span = {
    fromMs: answer.fromMs - limits.dnsLateMs - answer.uncertaintyMs,
    toMs: answer.toMs + limits.watchLateMs + answer.uncertaintyMs,
  };
  const { addresses } = answer.event;
  const alien = addresses.find((ip) => !may.some((one) => one.key === ip && overlaps(one, window)));
  if (alien !== undefined) return `${alien} was answered and did not belong to ${whose}`;
  const missing = must.find(
    (one) => one.fromMs <= window.fromMs && one.toMs >= window.toMs && !addresses.includes(one.key),
  );
  return missing === undefined ? null : `${missing.key} belonged to ${whose} and was left out`;
}

/**
 * A query has no schedule of its own: it is due when it is sent. One without an answer is no wrong
 * answer, but no stretch as long as what is decided on may pass without one.
 */
function pathDoubts(line: Timeline, { path, unaskedMs }: Name, span: Span): string[] {
  const own = <M extends Moment<EventOf<"resolved" | "unresolved">>>(moments: readonly M[]) =>
    moments.filter((one) => one.event.path === path && overlaps(one, span));
  const answers = own(line.of("resolved"));
  const queries = [...answers, ...own(line.of("unresolved"))].sort((a, b) => a.fromMs - b.fromMs);
  const doubts = recorderDoubts(line, path, span, limits.dnsLateMs);
  if (answers.length === 0) return [...doubts, `no answer was written on ${path}`];
  const allowedMs = unaskedMs ?? limits.dnsLateMs * limits.latenessShare;
  const unasked = longestGap(
    span,
    queries.map((query) => query.fromMs),
  );
  const unanswered = longestGap(
    span,
    answers.map((answer) => answer.fromMs),
  );
  if (unasked > allowedMs) {
    doubts.push(
      `nothing was asked on ${path} for ${Math.round(unasked)} ms; ${allowedMs} ms are allowed`,
    );
  }
  if (unanswered > limits.dnsLateMs) {
    doubts.push(`${path} was without an answer for ${Math.round(unanswered)} ms`);
  }
  return doubts;
}
