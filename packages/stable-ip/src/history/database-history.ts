import { type DatabaseFault, type Event, historyFormat, type NotesRead } from "@svclab/contracts";
import type { History } from "../claim.ts";
import { referenceRecorder } from "./clocks.ts";
import { memberPods, writerRecorder } from "./writer-paths.ts";

/** What such a run is asked for. */
const claims = [
  "one-replica-can-be-addressed",
  "pod-name-follows-the-pod",
  "headless-dns-is-the-ready-members",
  "primary-service-follows-the-primary",
  "lagging-replica-leaves-the-read-service",
  "no-acknowledged-write-lost",
];
type Outcome = "acknowledged" | "refused" | "unknown";

/** Builds the history of a run on the database; a note every 10 ms, of two sessions in turn. */
export class DatabaseHistory {
  readonly #events: Event[] = [];
  readonly #rows: { readonly session: string; readonly seq: number; readonly id: number }[] = [];
  readonly #seqs = new Map<string, number>();
  #atMs = 1_000;
  #sent = 0;
  #answered = 0;

  constructor(faults: readonly DatabaseFault[] = ["server-killed"], writes = 20) {
    this.#add({
      ...{
        kind: "run-began",
        format: historyFormat,
        run: "run",
        commit: "c",
        faults: [],
        control: false,
      },
      ...{ claims },
      violation: null,
      world: {
        ...{ workload: "statefulset/mysql", replicas: 3, nodes: ["n0", "n1", "n2"] },
        ...{ workers: ["n1", "n2"], serviceNetwork: "", nodesReachable: true },
      },
      database: { faults: [...faults], writes },
    });
    this.#add({ kind: "clock", recorder: writerRecorder, offsetMs: 0, uncertaintyMs: 1 });
    this.#add({ kind: "steady" });
  }

  #add(fact: object, from: string = referenceRecorder): void {
    this.#events.push({ atMs: this.#atMs, from, ...fact } as Event);
  }

  /** Any fact, as the watch would write it down now. */
  fact(fact: object): this {
    this.#add(fact);
    return this;
  }

  wait(ms: number): this {
    this.#atMs += ms;
    return this;
  }

  /** `there`: whether it is written; by default what the outcome says, and not where unknown. */
  note(outcome: Outcome = "acknowledged", there = outcome === "acknowledged"): this {
    const way = this.#sent % 2 === 0 ? "api" : "sql";
    const session = `${way}-1`;
    const seq = (this.#seqs.get(session) ?? 0) + 1;
    this.#seqs.set(session, seq);
    this.#add({ kind: "note-sent", session, seq, way }, writerRecorder);
    this.#sent += 1;
    this.#atMs += 10;
    const id = there ? `${this.#rows.length + 1}` : null;
    const who = { serverUuid: "u", id, why: null, tookMs: 10 };
    this.#add({ kind: "note-answered", session, seq, outcome, ...who }, writerRecorder);
    this.#answered += 1;
    if (there) this.#rows.push({ session, seq, id: this.#rows.length + 1 });
    return this;
  }

  notes(count: number): this {
    for (let each = 0; each < count; each++) this.note();
    return this;
  }

  /** `within`: what else is written down, just before writes go on. */
  fault(fault: DatabaseFault, gapMs = 1_000, within: (history: this) => unknown = () => {}): this {
    this.#add({ kind: "database-fault-began", fault, pod: "mysql-0", serverUuid: "u" });
    this.wait(gapMs - 20);
    within(this);
    this.wait(10).notes(2);
    this.#add({ kind: "database-fault-ended", fault });
    return this;
  }

  /** `counts`: what the writer says of its own lines. */
  notesEnd(counts: { readonly sent?: number; readonly answered?: number } = {}): this {
    const said = { sent: this.#sent, answered: this.#answered, ...counts };
    this.#add({ kind: "notes-ended", ...said }, writerRecorder);
    return this;
  }

  /** Every member has all that is there, but for what is changed here. */
  read(changes: Partial<Record<(typeof memberPods)[number], Partial<NotesRead>>> = {}): this {
    const sessions = Object.fromEntries(
      [...this.#seqs.keys()].map((name) => [
        name,
        this.#rows
          .filter(({ session }) => session === name)
          .map(({ seq }) => seq)
          .join(","),
      ]),
    );
    for (const pod of memberPods) {
      const all = { serverUuid: pod, rows: this.#rows.length, digest: "same", strangers: [] };
      this.#add({ kind: "notes-read", pod, ...all, sessions, ...changes[pod] });
    }
    return this;
  }

  /** What was written down, without the nth event of a kind. */
  without(kind: Event["kind"], nth = 0): this {
    const found = this.#events.filter((event) => event.kind === kind)[nth];
    if (found === undefined) throw new RangeError(`there is no ${kind} ${nth}`);
    this.#events.splice(this.#events.indexOf(found), 1);
    return this;
  }

  end(): History {
    this.#add({ kind: "run-ended", complete: true });
    return this.#events;
  }
}
