import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import type { Event } from "@svclab/contracts";
import { formatEvent } from "../history/jsonl.ts";

/**
 * The history on disk, line by line as it happens: a run that is cut off leaves all it had seen,
 * and memory holds none of it. Each write is a system call of some microseconds.
 */
export class HistoryFile {
  readonly #file: number;
  readonly #listeners: ((event: Event) => void)[] = [];
  #ended = false;

  /** @throws when there is a file already: a history is written once. */
  constructor(path: string) {
    this.#file = openSync(path, "wx");
  }

  /** Does nothing after `end`: whatever still comes then has no place in a history. */
  write(event: Event): void {
    if (this.#ended) return;
    writeSync(this.#file, formatEvent(event));
    for (const listener of this.#listeners) listener(event);
  }

  /** Writes the last line. */
  end(event: Event): void {
    this.write(event);
    this.#ended = true;
  }

  /** Called with every event after it was written. */
  onEvent(listener: (event: Event) => void): void {
    this.#listeners.push(listener);
  }

  close(): void {
    fsyncSync(this.#file);
    closeSync(this.#file);
  }
}
