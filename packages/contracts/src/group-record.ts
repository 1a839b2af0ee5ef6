import { z } from "zod";

/** A set of transactions as MySQL writes it. */
const Transactions = z.string();

/** A server that its agent has stopped, with all that it has. It stays stopped until a decision. */
export const StoppedMember = z.strictObject({
  uuid: z.string(),
  executed: Transactions,
  /** Received from the group and not all of it executed. */
  received: Transactions,
});
export type StoppedMember = z.infer<typeof StoppedMember>;

/**
 * What the three agents of a MySQL group agree on, in one object that each changes only as it last
 * read it (docs/decisions/0009). Pods are named by their names.
 */
export const GroupRecord = z.strictObject({
  /** How many groups were decided on so far. */
  epoch: z.number().int().min(0),
  /** The only Pod that may begin the group of this epoch. */
  leader: z.string().nullable(),
  /** The group of this epoch, by the part of its view id that stays; null: not begun yet. */
  incarnation: z.string().nullable(),
  /** The servers that have been ONLINE in it, by Pod: what they have may be nowhere else. */
  members: z.record(z.string(), z.string()),
  /** Promises: these are stopped, and begin or join nothing while they stand here. */
  stopped: z.record(z.string(), StoppedMember),
  /** A person's word that this Pod may lead although others are missing; only for this epoch. */
  order: z.strictObject({ from: z.string(), epoch: z.number().int() }).nullable(),
});
export type GroupRecord = z.infer<typeof GroupRecord>;

export const noGroupYet: GroupRecord = {
  epoch: 0,
  leader: null,
  incarnation: null,
  members: {},
  stopped: {},
  order: null,
};
