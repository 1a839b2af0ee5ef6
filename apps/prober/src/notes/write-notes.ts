import type { Event, NotesProbe } from "@svclab/contracts";
import { nowMs } from "../clock.ts";
import { NotesSession } from "./session.ts";
import { writeByApi } from "./write-by-api.ts";
import { writeBySql } from "./write-by-sql.ts";

/** All sessions of a plan, and how many lines they have told. */
export class NotesSessions {
  readonly #recorder: string;
  readonly #tell: (event: Event) => void;
  readonly #sessions: NotesSession[] = [];
  #sent = 0;
  #answered = 0;
  #ending: Promise<void> | null = null;

  constructor(recorder: string, tell: (event: Event) => void) {
    this.#recorder = recorder;
    this.#tell = tell;
  }

  /** Returns what is called whenever one more note of this session is due. */
  add(probe: NotesProbe): () => void {
    const write = probe.way === "api" ? writeByApi(probe) : writeBySql(probe);
    const session = new NotesSession(this.#recorder, probe, write, (event) => {
      if (event.kind === "note-sent") this.#sent += 1;
      else this.#answered += 1;
      this.#tell(event);
    });
    this.#sessions.push(session);
    return () => session.beat();
  }

  /** Ends them all, once, and tells how many lines there were; nothing where there is no session. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    if (this.#sessions.length === 0) return;
    await Promise.all(this.#sessions.map((session) => session.end()));
    const counts = { sent: this.#sent, answered: this.#answered };
    this.#tell({ kind: "notes-ended", atMs: nowMs(), from: this.#recorder, ...counts });
  }
}
