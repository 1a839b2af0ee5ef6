/** How long each change of the database may take, and how long it is kept up. */
export const limits = {
  /** All members in one group again: a lost volume is cloned, and a silent node first suspected. */
  wholeMs: 180_000,
  /** Longer than the 15 s within which the others must go on. */
  heldMs: 20_000,
  /** Between two faults, so that what one costs is not counted to the next. */
  betweenMs: 2_000,
  /** For the notes that are asked for to be acknowledged, after the last fault. */
  writesMs: 300_000,
} as const;
