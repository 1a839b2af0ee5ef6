import type { EventOf } from "@svclab/contracts";
import type { Timeline } from "../history/timeline.ts";
import { eachOfRuns } from "./runs.ts";

type Sent = EventOf<"note-sent">;
type Answered = EventOf<"note-answered">;
export type Read = EventOf<"notes-read">;

/** One note: what was sent, and what was told of it. */
interface Entry {
  readonly sent: Sent;
  readonly answered: Answered | null;
}

/** By session and seq. */
export type Ledger = ReadonlyMap<string, ReadonlyMap<number, Entry>>;

export interface Kept {
  readonly ledger: Ledger;
  /** Why lines of it must have been lost. */
  readonly doubts: readonly string[];
}

/** The ledger of a run, and whether it is whole: the recorder said how many lines it wrote. */
export function ledgerOf(line: Timeline): Kept {
  const sent = line.of("note-sent").map(({ event }) => event);
  const answered = line.of("note-answered").map(({ event }) => event);
  const ledger = new Map<string, Map<number, Entry>>();
  for (const each of sent) {
    const session = ledger.get(each.session) ?? new Map<number, Entry>();
    session.set(each.seq, { sent: each, answered: null });
    ledger.set(each.session, session);
  }
  const strays: Answered[] = [];
  for (const each of answered) {
    const entry = ledger.get(each.session)?.get(each.seq);
    if (entry === undefined || entry.answered !== null) strays.push(each);
    else ledger.get(each.session)?.set(each.seq, { ...entry, answered: each });
  }
  const ends = line.of("notes-ended").map(({ event }) => event);
  const [end] = ends;
  const entries = [...ledger.values()].flatMap((session) => [...session.values()]);
  const open = entries.filter((entry) => entry.answered === null).length;
  const doubled = sent.length - entries.length;
  const doubts = [
    ...(end === undefined || ends.length > 1 ? [`the notes ended ${ends.length} times`] : []),
    ...(end !== undefined && (end.sent !== sent.length || end.answered !== answered.length)
      ? [
          `${end.sent} notes were sent and ${end.answered} answered; ${sent.length} and ${answered.length} are written down`,
        ]
      : []),
    ...(open !== 0 ? [`${open} notes were sent and nothing was told of them`] : []),
    ...(doubled > 0 ? [`${doubled} notes were sent twice`] : []),
    ...(strays.length > 0
      ? [`${strays.length} answers to notes that were not sent, or had one`]
      : []),
  ];
  return { ledger, doubts };
}

/** Why what one member has cannot be what the ledger says; the first found, with what proves it. */
export interface Wrong {
  readonly why: string;
  readonly witness: readonly (Sent | Answered | Read)[];
}

/** `unknownThere` counts notes of which nobody knew, and which this member has. */
export function compare(ledger: Ledger, read: Read): { wrong: Wrong[]; unknownThere: number } {
  const wrong: Wrong[] = [];
  let unknownThere = 0;
  const add = (why: string, entry?: Entry) =>
    wrong.push({
      why: `${why} on ${read.pod}`,
      witness: [...(entry ? [entry.sent, ...(entry.answered ? [entry.answered] : [])] : []), read],
    });
  for (const stranger of read.strangers) add(`${stranger}, which nobody sent, is there`);
  const names = new Set([...ledger.keys(), ...Object.keys(read.sessions)]);
  for (const name of names) {
    const entries = ledger.get(name) ?? new Map<number, Entry>();
    const there = new Set<number>();
    let last = 0;
    const ok = eachOfRuns(read.sessions[name] ?? "", (seq) => {
      const entry = entries.get(seq);
      if (entry === undefined) add(`${name}/${seq}, which nobody sent, is there`);
      else if (there.has(seq)) add(`${name}/${seq} is there more than once`, entry);
      else if (entry.answered?.outcome === "refused")
        add(`${name}/${seq} was refused and is there`, entry);
      // Its session went on without an answer: it may come at any time, as from a paused node.
      else if (entry.answered?.outcome === "unknown") unknownThere += 1;
      else if (seq < last) add(`${name}/${seq} comes after ${name}/${last}`, entry);
      else last = seq;
      there.add(seq);
    });
    if (!ok) add(`the rows of ${name} cannot be read: ${read.sessions[name]?.slice(0, 80)}`);
    for (const [seq, entry] of entries)
      if (entry.answered?.outcome === "acknowledged" && !there.has(seq))
        add(`${name}/${seq} was acknowledged and is not there`, entry);
  }
  return { wrong, unknownThere };
}
