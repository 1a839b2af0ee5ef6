/** Undoes one thing; the signal ends its patience, not the run's. */
type Undo = (signal: AbortSignal) => Promise<unknown>;

interface Entry {
  readonly what: string;
  readonly undo: Undo;
}

/** Longer than the longest wait in a removal. */
const limitMs = 200_000;

/**
 * What a run must take away again, the last first. Each is registered in the same breath as what
 * it undoes is done, and all of them are tried, whatever becomes of the others.
 */
export class Removals {
  readonly #entries: Entry[] = [];

  /** Returns what takes the entry off again: the thing was undone in the ordinary way. */
  add(what: string, undo: Undo): () => void {
    const entry = { what, undo };
    this.#entries.push(entry);
    return () => {
      const at = this.#entries.indexOf(entry);
      if (at >= 0) this.#entries.splice(at, 1);
    };
  }

  /** Resolves to what could not be undone, and why. */
  async runAll(): Promise<readonly Error[]> {
    const failures: Error[] = [];
    for (let entry = this.#entries.pop(); entry; entry = this.#entries.pop()) {
      try {
        await entry.undo(AbortSignal.timeout(limitMs));
      } catch (cause) {
        failures.push(new Error(`not undone: ${entry.what}`, { cause }));
      }
    }
    return failures;
  }
}

/**
 * Runs the body, then every removal. The body's own error is the one that is thrown; removals
 * that failed are told, and thrown only where the body had succeeded.
 */
export async function withRemovals<T>(
  body: (removals: Removals) => Promise<T>,
  tell: (line: string) => void,
): Promise<T> {
  const removals = new Removals();
  let failures: readonly Error[] = [];
  let result: T;
  try {
    result = await body(removals);
  } finally {
    failures = await removals.runAll();
    for (const failure of failures) tell(`${failure.message}: ${String(failure.cause)}`);
  }
  if (failures.length > 0) throw new AggregateError(failures, "the run left something behind");
  return result;
}
