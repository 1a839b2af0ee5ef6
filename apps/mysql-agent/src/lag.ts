import { type GtidSet, includes } from "@svclab/mysql-group";

/**
 * How long a member has had transactions that it has not executed, by its own clock alone: from
 * when they were first seen as received. It may be too small by the time between two looks.
 */
export class Lag {
  #pending: { readonly received: GtidSet; readonly atMs: number } | null = null;

  look(executed: GtidSet, received: GtidSet, nowMs: number): number {
    if (this.#pending !== null && includes(executed, this.#pending.received)) this.#pending = null;
    if (this.#pending === null && !includes(executed, received))
      this.#pending = { received, atMs: nowMs };
    return this.#pending === null ? 0 : nowMs - this.#pending.atMs;
  }
}
