import type { Event } from "@svclab/contracts";

/** An event without its stamp. */
export type Fact<E = Event> = E extends Event ? Omit<E, "atMs" | "from"> : never;

/** Writes a fact down, stamped with this process's clock: now, or when it was. */
export type RecordFact = (fact: Fact, atMs?: number) => void;
