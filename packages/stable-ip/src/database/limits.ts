/** How long each change of the database may take, and how long it is kept up. */
export const limits = {
  /** All members in one group again: a lost volume is cloned, and a silent node first suspected. */
  wholeMs: 180_000,
  /** Longer than the 15 s within which the others must go on. */
  heldMs: 20_000,
  /** Long enough to be more than 5 s behind, to leave mysql-read, and to be seen out of it. */
  replicaHeldMs: 14_000,
  /** Until a client has started, signed in and taken the lock. */
  locksMs: 1_000,
  /** For that lock to be seen. */
  lockedMs: 5_000,
  /** For a replica that was held back to be read from again: well past the time it has. */
  returnedMs: 30_000,
  /** Between two faults, so that what one costs is not counted to the next. */
  betweenMs: 2_000,
  /** After the last note, for all members to have executed it. */
  caughtUpMs: 10_000,
  /** For one member's notes to be read, tried again until then. */
  readMs: 10_000,
  /** For one member to say that it leads: on a busy machine an answer may come late. */
  ledMs: 10_000,
  /** For the notes that are asked for to be acknowledged, after the last fault. */
  writesMs: 300_000,
} as const;
