import { type GtidSet, includes } from "@svclab/mysql-group";

/** What was known at a time, for as long as not all of it is executed. */
interface Pending {
  readonly known: GtidSet;
  readonly atMs: number;
}

const mostPending = 256;

/**
 * How long a member has lacked the oldest of the transactions that it lacks, by its own clock alone:
 * from when it was first seen as received, or as executed by another. It may be too small by the
 * time between two looks; by more only while it is behind for hundreds of looks.
 */
export class Lag {
  #pending: readonly Pending[] = [];

  look(executed: GtidSet, known: GtidSet, nowMs: number): number {
    const lacking = this.#pending.filter((each) => !includes(executed, each.known));
    const isNews =
      !includes(executed, known) && !lacking.some((each) => includes(each.known, known));
    const all = isNews ? [...lacking, { known, atMs: nowMs }] : lacking;
    this.#pending = all.length > mostPending ? all.filter((_, at) => at % 2 === 0) : all;
    return nowMs - (this.#pending[0]?.atMs ?? nowMs);
  }
}
