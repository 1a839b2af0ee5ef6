import type { DatabaseFault, Event, Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { overlaps, type Span } from "../history/span.ts";
import { type Moment, type Timeline, timeline } from "../history/timeline.ts";
import { writerRecorder } from "../history/writer-paths.ts";
import { limits } from "../limits.ts";
import { compare, ledgerOf, type Wrong } from "../verify/ledger.ts";
import { roundMs } from "../verify/measured.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";

const members = 3;
const ways = ["api", "sql"] as const;

/** Without a limit: a full stop, for which the documentation promises no time. */
const gapLimits: Readonly<Record<DatabaseFault, number | null>> = {
  "primary-deleted": limits.gracefulWriteGapMs,
  "primary-volume-lost": limits.gracefulWriteGapMs,
  "replica-behind": limits.gracefulWriteGapMs,
  "server-killed": limits.serverKilledWriteGapMs,
  "primary-force-deleted": limits.serverKilledWriteGapMs,
  "primary-cut-off": limits.nodeWriteGapMs,
  "primary-cut-off-from-clients-too": limits.nodeWriteGapMs,
  "primary-node-paused": limits.nodeWriteGapMs,
  "server-stopped": limits.nodeWriteGapMs,
  "all-servers-killed": null,
};

export const noAcknowledgedWriteLost: Claim = {
  id: "no-acknowledged-write-lost",
  statement:
    "A write that the database acknowledged MUST be on every member, once and in its session's order, whatever becomes of primaries; and writes MUST go on within the limits.",
  source:
    "https://dev.mysql.com/doc/refman/9.7/en/group-replication-single-primary-mode.html and group-replication-responses-failure-expel.html",
  matters: "It is what a database with replicas is kept for.",
  seen: "A ledger outside of the database writes down 200 notes a second, each before it is sent and what was told of it, while primaries are killed, cut off and paused. At the end each member is read and compared with it.",
  upstream: "Nothing: it is a promise of this application.",
  needs: [],
  paths: [],
  faults: [],
  limits: {
    gracefulWriteGapMs: limits.gracefulWriteGapMs,
    serverKilledWriteGapMs: limits.serverKilledWriteGapMs,
    nodeWriteGapMs: limits.nodeWriteGapMs,
  },
  violations: [
    {
      name: "asynchronous-and-volume-lost",
      how: { fault: "asynchronous-and-volume-lost" },
      text: "The primary acknowledges by itself, as with asynchronous replication, and then its volume is lost.",
    },
    {
      name: "stopped-member-answers-reads",
      how: { fault: "stopped-member-answers-reads" },
      text: "A member leaves the group and goes on answering reads: they are of the past.",
    },
    {
      name: "row-deleted",
      how: { fault: "row-deleted" },
      text: "A note is deleted behind the ledger's back.",
    },
    {
      name: "row-doubled",
      how: { fault: "row-doubled" },
      text: "A note is written a second time behind the ledger's back.",
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const { ledger, doubts } = ledgerOf(line);
  const reads = line.of("notes-read").map(({ event }) => event);
  const compared = reads.map((read) => compare(ledger, read));
  const entries = [...ledger.values()].flatMap((session) => [...session.values()]);
  const count = (outcome: string) =>
    entries.filter(({ answered }) => answered?.outcome === outcome).length;
  const faults = faultsOf(line);
  const accepted = line.of("note-answered").filter(({ event }) => event.outcome === "acknowledged");
  const gaps = faults.flatMap(({ fault, span }) =>
    span === null ? [] : [{ fault, limitMs: gapLimits[fault], ...gapIn(accepted, span) }],
  );
  // The least first: of a fault that was done often the worst time is told.
  const worst = gaps.toSorted((a, b) => a.forMs - b.forMs);
  const measured = {
    acknowledged: count("acknowledged"),
    refused: count("refused"),
    unknown: count("unknown"),
    unknownThere: Math.max(0, ...compared.map(({ unknownThere }) => unknownThere)),
    sessions: ledger.size,
    members: new Set(reads.map(({ pod }) => pod)).size,
    faults: gaps.length,
    ...Object.fromEntries(worst.map(({ fault, forMs }) => [`${fault}Ms`, roundMs(forMs)])),
  };
  if (doubts.length > 0) return unknown(doubts, measured);
  const [first, ...others] = [...compared.flatMap(({ wrong }) => wrong), ...different(reads)];
  if (first !== undefined) {
    const more = others.length === 0 ? "" : `, and ${others.length} more`;
    return broken(`${first.why}${more}`, measured, first.witness);
  }
  const late = gaps.find(({ limitMs, forMs }) => limitMs !== null && forMs > limitMs);
  // What the writer did not do is not the database's doing.
  const stalls = late === undefined ? 0 : stalledIn(line, late.span);
  if (late?.limitMs != null && late.forMs - stalls <= late.limitMs)
    return unknown([`${writerRecorder} stood still in the time without a write`], measured);
  if (late !== undefined)
    return broken(
      `no write was accepted for ${roundMs(late.forMs)} ms in ${late.fault}; the limit is ${late.limitMs} ms`,
      measured,
      late.witness,
    );
  const plan = line.began.database;
  const least = plan?.writes ?? Number.POSITIVE_INFINITY;
  const missing = [
    ...(plan === undefined ? ["the run does not say what it did to the database"] : []),
    ...(measured.members === members && reads.length === members
      ? []
      : [`${reads.length} times a member was read, ${measured.members} of ${members} members`]),
    ...(measured.acknowledged >= least
      ? []
      : [`${measured.acknowledged} of ${least} notes were acknowledged`]),
    ...ways.flatMap((way) =>
      entries.some((each) => each.sent.way === way && each.answered?.outcome === "acknowledged")
        ? []
        : [`nothing was acknowledged by way of ${way}`],
    ),
    ...faults.flatMap(({ fault, span }) =>
      span === null ? [`${fault} was not seen to begin and to end, as often as planned`] : [],
    ),
    ...(faults.length === 0 ? ["nothing was done to the database"] : []),
  ];
  return missing.length > 0 ? unknown(missing, measured) : holds(measured);
}

function different(
  reads: readonly { readonly pod: string; readonly digest: string }[] & readonly Event[],
): Wrong[] {
  const [first, ...rest] = reads as readonly (Event & { kind: "notes-read" })[];
  return rest.flatMap((read) =>
    first === undefined || read.digest === first.digest
      ? []
      : [{ why: `${first.pod} and ${read.pod} do not have the same rows`, witness: [first, read] }],
  );
}

/** How long the writer did nothing within a span. */
function stalledIn(line: Timeline, span: Span): number {
  return line
    .of("blind")
    .filter((blind) => blind.event.from === writerRecorder && overlaps(blind, span))
    .reduce((sum, { event }) => sum + event.forMs, 0);
}

interface Fault {
  readonly fault: DatabaseFault;
  /** null: it was not seen to begin and to end as often as the run says. */
  readonly span: Span | null;
}

function faultsOf(line: Timeline): Fault[] {
  const plan = line.began.database?.faults ?? [];
  return [...new Set(plan)].flatMap((fault) => {
    const planned = plan.filter((each) => each === fault);
    const began = line.of("database-fault-began").filter(({ event }) => event.fault === fault);
    const ended = line.of("database-fault-ended").filter(({ event }) => event.fault === fault);
    const whole = began.length === planned.length && ended.length === planned.length;
    return planned.map((_, nth) => {
      const [from, to] = [began[nth], ended[nth]];
      const inOrder = from !== undefined && to !== undefined && from.fromMs <= to.fromMs;
      return { fault, span: whole && inOrder ? { fromMs: from.fromMs, toMs: to.toMs } : null };
    });
  });
}

/** The longest time between two acknowledgements that overlaps the span. */
function gapIn(accepted: readonly Moment[], { fromMs, toMs }: Span) {
  let gap = { forMs: 0, span: { fromMs, toMs: fromMs }, witness: [] as Event[] };
  for (let at = 1; at < accepted.length; at++) {
    const [before, after] = [accepted[at - 1], accepted[at]];
    if (before === undefined || after === undefined) continue;
    if (after.fromMs < fromMs || before.fromMs > toMs) continue;
    const forMs = after.fromMs - before.fromMs;
    const span = { fromMs: before.fromMs, toMs: after.fromMs };
    if (forMs > gap.forMs) gap = { forMs, span, witness: [before.event, after.event] };
  }
  return gap;
}
