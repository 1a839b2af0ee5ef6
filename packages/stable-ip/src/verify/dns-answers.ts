import type { EventOf, Measured, SeenPod, Verdict } from "@svclab/contracts";
import { longestGap, overlaps, type Span } from "../history/span.ts";
import type { Moment, Timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { roundMs } from "./measured.ts";
import { recorderDoubts } from "./path-doubts.ts";
import { isReady, longest, podStretches, readyStretches, type Stretch } from "./pods.ts";
import { broken, holds, unknown } from "./verdicts.ts";
import { judgedSpan, watchDoubts } from "./watch-doubts.ts";

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
}

export interface NamesQuestion {
  readonly names: readonly Name[];
  /** What happens to the names in it; no stretch as long as what is decided on may be unanswered. */
  readonly unbroken: Span;
  readonly measured: Measured;
  /** Why nothing could have shown, where nothing did; null: it could. */
  readonly untried: string | null;
}

/** What was answered from the steady state on, against whom the addresses belonged to. */
export function judgeNames(line: Timeline, question: NamesQuestion): Verdict {
  const { names, unbroken, untried } = question;
  const span = judgedSpan(line);
  const answers = names.flatMap((name) =>
    line
      .of("resolved")
      .filter(({ event, ...rest }) => event.path === name.path && overlaps(rest, span))
      .map((answer) => ({ answer, why: whatIsWrong(answer, name) })),
  );
  const wrong = answers.filter(({ why }) => why !== null);
  const paths = new Set(names.map(({ path }) => path));
  const measured = {
    queries: answers.length,
    wrong: wrong.length,
    setsSeen: new Set(answers.map(({ answer }) => setOf(answer))).size,
    lateLimitMs: limits.dnsLateMs,
    unresolved: line.of("unresolved").filter(({ event }) => paths.has(event.path)).length,
    uncertaintyMs: roundMs(Math.max(0, ...answers.map(({ answer }) => answer.uncertaintyMs))),
    ...question.measured,
  };
  const doubts = [
    ...watchDoubts(line, span, limits.dnsLateMs),
    ...names.flatMap((name) => pathDoubts(line, name, unbroken)),
  ];
  if (doubts.length > 0) return unknown(doubts, measured);
  const [first] = wrong;
  if (first?.why != null) {
    const seen = line.of("pods-seen").findLast(({ fromMs }) => fromMs <= first.answer.toMs);
    return broken(first.why, measured, [...(seen ? [seen.event] : []), first.answer.event]);
  }
  return untried === null ? holds(measured) : unknown([untried], measured);
}

/** As judgeNames(), of names that must resolve to the ready Pods and to no other. */
export function judgeReadyNames(
  line: Timeline,
  paths: readonly Pick<Name, "path">[],
  { who, unbroken }: { readonly who: string; readonly unbroken: Span },
): Verdict {
  const ipOf = ({ ip }: Pick<SeenPod, "ip">) => ip ?? "";
  const ready = readyStretches(line, ipOf);
  const unreadyMs = longest(podStretches(line, (pod) => !isReady(pod) && pod.ip !== null, ipOf));
  const isUntried = unreadyMs <= limits.dnsLateMs + limits.watchLateMs;
  return judgeNames(line, {
    names: paths.map((each) => ({ ...each, must: ready, may: ready, whose: `a ready ${who}` })),
    ...{ unbroken, measured: { longestUnreadyMs: roundMs(unreadyMs) } },
    untried: isUntried ? `no ${who} was unready for long enough to be missed` : null,
  });
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
 * A query has no schedule of its own: it is due when it is sent, and where a recorder stood still
 * nothing was asked. One without an answer is no wrong answer, but no stretch as long as what is
 * decided on may pass without one.
 */
function pathDoubts(line: Timeline, { path }: Name, span: Span): string[] {
  const own = <M extends Moment<EventOf<"resolved" | "unresolved">>>(moments: readonly M[]) =>
    moments.filter((one) => one.event.path === path && overlaps(one, span));
  const answers = own(line.of("resolved"));
  const queries = [...answers, ...own(line.of("unresolved"))].sort((a, b) => a.fromMs - b.fromMs);
  const allowedMs = limits.unaskedMs;
  const doubts = recorderDoubts(line, path, span, allowedMs);
  if (answers.length === 0) return [...doubts, `no answer was written on ${path}`];
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
