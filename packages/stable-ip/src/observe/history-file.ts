import { createWriteStream, fsyncSync, openSync, type WriteStream } from "node:fs";
import { promisify } from "node:util";
import type { Event } from "@svclab/contracts";
import { HistoryLines } from "../history/jsonl.ts";

/**
 * The history on disk, line by line as it happens: a run that is cut off leaves all it had seen,
 * and memory holds only what the disk has not taken yet. Writing never waits for the disk: a
 * recorder that stands still while it is busy would be blind.
 */
export class HistoryFile {
  readonly #file: number;
  readonly #stream: WriteStream;
  readonly #lines = new HistoryLines();
  #failed: Error | null = null;
  readonly #listeners: ((event: Event) => void)[] = [];
  #ended = false;

  /** @throws when there is a file already: a history is written once. */
  constructor(path: string) {
    this.#file = openSync(path, "wx");
    this.#stream = createWriteStream(path, { fd: this.#file });
    this.#stream.on("error", (error) => {
      this.#failed = error;
    });
  }

  /** Does nothing after `end`: whatever still comes then has no place in a history. */
  write(event: Event): void {
    if (this.#ended) return;
    if (this.#failed !== null) throw this.#failed;
    this.#stream.write(this.#lines.next(event));
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

  /** Resolves when all of it is on the disk. @throws what the disk said when it took no more. */
  async close(): Promise<void> {
    if (this.#failed !== null) throw this.#failed;
    await promisify((done: (error?: Error | null) => void) => this.#stream.write("", done))();
    fsyncSync(this.#file);
    await promisify((done: () => void) => this.#stream.end(done))();
  }
}
