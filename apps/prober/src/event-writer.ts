import type { Event } from "@svclab/contracts";

const batchMs = 50;

/** One event a line. Lines are written together, so that a write does not delay a request. */
export class EventWriter {
  readonly #write: (text: string) => void;
  #lines: string[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  readonly add = (event: Event): void => {
    this.#lines.push(JSON.stringify(event));
    this.#timer ??= setTimeout(this.flush, batchMs);
  };

  readonly flush = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines.length === 0) return;
    const text = `${this.#lines.join("\n")}\n`;
    this.#lines = [];
    this.#write(text);
  };
}
