import { type GtidSet, onlyFrom, union } from "@svclab/mysql-group";
import type { Member } from "./decide/look.ts";

/**
 * What the group has executed, as far as the others say: a member that can take nothing in (its
 * volume is full) does not know by itself what it lacks. Only the group's own transactions count,
 * and only what members of this member's group say.
 */
export class HeardFromOthers {
  readonly #group: string;
  #executed: GtidSet = new Map();
  #incarnation: string | null = null;

  constructor(group: string) {
    this.#group = group;
  }

  hear(said: Member | null): void {
    if (said === null || said.state !== "ONLINE" || !said.majority) return;
    if (said.incarnation !== this.#incarnation) return;
    this.#executed = union(this.#executed, onlyFrom(said.executed, this.#group));
  }

  /** Empty where nothing has been heard of the group that `own` is in. */
  executedBesides(own: Member): GtidSet {
    if (own.incarnation !== this.#incarnation) {
      this.#incarnation = own.incarnation;
      this.#executed = new Map();
    }
    return this.#executed;
  }
}
