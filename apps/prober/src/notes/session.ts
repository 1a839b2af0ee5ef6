import type { Event, NotesProbe } from "@svclab/contracts";
import { nowMs } from "../clock.ts";

/** What became of one note. */
export interface Outcome {
  readonly outcome: "acknowledged" | "refused" | "unknown";
  readonly serverUuid: string | null;
  readonly id: string | null;
  readonly why: string | null;
}

/** Writes one note and says what became of it; never rejects. */
export type WriteNote = (text: string, key: string) => Promise<Outcome>;

/** After a refusal, so that a primary that is away is not asked without a pause. */
const pauseMs = 50;

/** One session: a note after the other, each told before it is sent and after it was answered. */
export class NotesSession {
  readonly #recorder: string;
  readonly #probe: NotesProbe;
  readonly #write: WriteNote;
  readonly #tell: (event: Event) => void;
  #seq = 0;
  #owed = 0;
  #under: Promise<void> | null = null;
  #ended = false;

  constructor(recorder: string, probe: NotesProbe, write: WriteNote, tell: (event: Event) => void) {
    this.#recorder = recorder;
    this.#probe = probe;
    this.#write = write;
    this.#tell = tell;
  }

  /** One more note is due. */
  beat(): void {
    if (this.#ended) return;
    this.#owed += 1;
    this.#under ??= this.#writeOwed().finally(() => {
      this.#under = null;
    });
  }

  /** Sends nothing more, and resolves when the note under way was answered or given up. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#under;
  }

  async #writeOwed(): Promise<void> {
    while (this.#owed > 0 && !this.#ended) {
      this.#owed -= 1;
      const { outcome } = await this.#writeNext();
      if (outcome === "refused") await new Promise((done) => setTimeout(done, pauseMs));
    }
  }

  async #writeNext(): Promise<Outcome> {
    const { run, session, way } = this.#probe;
    this.#seq += 1;
    const note = { from: this.#recorder, session, seq: this.#seq };
    const sentMs = nowMs();
    this.#tell({ kind: "note-sent", atMs: sentMs, ...note, way });
    const came = await this.#write(
      `${run}/${session}/${this.#seq}`,
      `${run}-${session}-${this.#seq}`,
    );
    const atMs = nowMs();
    this.#tell({ kind: "note-answered", atMs, ...note, tookMs: round(atMs - sentMs), ...came });
    return came;
  }
}

function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
