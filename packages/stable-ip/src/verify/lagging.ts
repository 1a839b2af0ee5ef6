import type { DatabaseFault, EventOf } from "@svclab/contracts";
import { overlaps, type Span } from "../history/span.ts";
import type { Moment, Timeline } from "../history/timeline.ts";
import { memberPath, memberPods } from "../history/writer-paths.ts";
import { podsAt } from "./pods.ts";

type Read = Moment<EventOf<"member-read">>;

/** One time that a replica was held back, until all was well again. */
export interface HeldBack extends Span {
  readonly pod: string;
  readonly podUid: string;
  readonly serverUuid: string;
}

export function heldBack(line: Timeline): HeldBack[] {
  const isIt = ({ event }: { readonly event: { readonly fault: DatabaseFault } }) =>
    event.fault === "replica-behind";
  const ends = line.of("database-fault-ended").filter(isIt);
  return line
    .of("database-fault-began")
    .filter(isIt)
    .map(({ event, fromMs }, nth) => {
      const { pod, serverUuid } = event;
      const podUid = podsAt(line, fromMs).find(({ name }) => name === pod)?.podUid ?? "";
      return { pod, podUid, serverUuid, fromMs, toMs: ends[nth]?.fromMs ?? fromMs };
    });
}

/** How a replica was behind, by what it said itself of the newest note it has. */
export interface Lagging {
  /** When it had lacked a note for so long, at the latest: what it lacks later it lacked before. */
  readonly fromMs: number;
  /** The last question to which it answered that it is behind. */
  readonly last: Read;
  /** The first after that to which it answered that it is not; null: none. */
  readonly caughtUp: Read | null;
  readonly mostMs: number;
  readonly uncertaintyMs: number;
}

/** null: it was never behind for so long. */
export function laggingOf(line: Timeline, held: HeldBack, behindMs: number): Lagging | null {
  const notes = acknowledgedIn(line, held);
  const own = memberPods
    .filter((name) => name === held.pod)
    .flatMap((name) => readsIn(line, memberPath(name), held))
    .filter(({ event }) => event.serverUuid === held.serverUuid)
    .map((read) => ({ read, lacksFromMs: firstAfter(notes, Number(read.event.newest)) }));
  const behind = own.filter(({ read, lacksFromMs }) => read.fromMs - lacksFromMs > behindMs);
  const [first, last] = [behind[0], behind.at(-1)];
  if (first === undefined || last === undefined) return null;
  return {
    fromMs: first.lacksFromMs + behindMs,
    last: last.read,
    caughtUp: own.find(({ read }) => read.fromMs > last.read.fromMs)?.read ?? null,
    uncertaintyMs: Math.max(...own.map(({ read }) => read.uncertaintyMs)),
    mostMs: Math.max(...behind.map(({ read, lacksFromMs }) => read.fromMs - lacksFromMs)),
  };
}

/** Answers on a path, to questions that were asked and answered within a span. */
export function readsIn(line: Timeline, path: string, { fromMs, toMs }: Span): Read[] {
  return line
    .of("member-read")
    .filter(({ event }) => event.path === path && event.serverUuid !== null)
    .filter((read) => read.fromMs >= fromMs && read.toMs <= toMs);
}

interface Acknowledged {
  readonly id: number;
  readonly atMs: number;
}

/** Notes that were acknowledged in a span, in the order in which they were. */
function acknowledgedIn(line: Timeline, span: Span): Acknowledged[] {
  return line
    .of("note-answered")
    .filter(({ event, ...answer }) => event.outcome === "acknowledged" && overlaps(answer, span))
    .flatMap(({ event, toMs }) =>
      event.id === null ? [] : [{ id: Number(event.id), atMs: toMs }],
    );
}

/** When the first of them was acknowledged whose id is greater; Infinity: none is. */
function firstAfter(notes: readonly Acknowledged[], newest: number): number {
  return notes.find(({ id }) => id > newest)?.atMs ?? Number.POSITIVE_INFINITY;
}
