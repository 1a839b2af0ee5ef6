import { type GtidSet, includes } from "@svclab/mysql-group";

/**
 * How long a member has lacked transactions that it knows of, by its own clock alone: from when
 * they were first seen as received, or as executed by another. It may be too small by the time
 * between two looks.
 */
export class Lag {
  #pending: { readonly known: GtidSet; readonly atMs: number } | null = null;

  look(executed: GtidSet, known: GtidSet, nowMs: number): number {
    if (this.#pending !== null && includes(executed, this.#pending.known)) this.#pending = null;
    if (this.#pending === null && !includes(executed, known))
      this.#pending = { known, atMs: nowMs };
    return this.#pending === null ? 0 : nowMs - this.#pending.atMs;
  }
}
