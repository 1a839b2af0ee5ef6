import { nowMs } from "./clock.ts";

interface Stream {
  readonly startMs: number;
  readonly perSecond: number;
  readonly beat: (scheduledMs: number) => void;
  sent: number;
}

/** Successive streams start this much of a period apart, so that they do not beat all at once. */
const stagger = 0.618_034;

/**
 * Calls each stream at its own times, one timer for all. A beat that is late is not left out and
 * not moved: it is called as soon as can be, with the time at which it was due.
 */
export class Metronome {
  readonly #streams = new Set<Stream>();
  #timer: NodeJS.Timeout | undefined;
  #added = 0;

  /** Returns what ends the stream. */
  add(perSecond: number, beat: (scheduledMs: number) => void): () => void {
    const phaseMs = ((this.#added++ * stagger) % 1) * (1_000 / perSecond);
    const stream = { startMs: nowMs() + phaseMs, perSecond, beat, sent: 0 };
    this.#streams.add(stream);
    this.#arm();
    return () => this.#streams.delete(stream);
  }

  stop(): void {
    this.#streams.clear();
    clearTimeout(this.#timer);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    let nextMs = Number.POSITIVE_INFINITY;
    for (const stream of this.#streams) nextMs = Math.min(nextMs, dueMs(stream));
    if (nextMs === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(this.#beat, Math.max(0, Math.ceil(nextMs - nowMs())));
  }

  readonly #beat = (): void => {
    for (const stream of this.#streams) {
      for (let due = dueMs(stream); due <= nowMs(); due = dueMs(stream)) {
        stream.sent++;
        stream.beat(due);
        if (!this.#streams.has(stream)) break;
      }
    }
    this.#arm();
  };
}

/** Counted from the start, so that rounding does not add up. */
function dueMs({ startMs, sent, perSecond }: Stream): number {
  return startMs + (sent * 1_000) / perSecond;
}
