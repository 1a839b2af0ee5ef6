/** Every limit of the agent, unit in the name, with the reason for its size. */
export const limits = {
  /** How often a member is looked at: the labels are right within 1 s of the group's decision. */
  lookEveryMs: 250,
  /** Labels are looked at this often though nothing changed: a new Pod comes without the right one. */
  labelsEveryMs: 2_000,
  /** A server that was silent for this long may have been left behind by its group. */
  silentMs: 2_000,
  /** It learns so within about 3 s; until then nothing is done on its word that it leads. */
  calmMs: 5_000,
  /** The record is read this often while the group lives: only a person's order changes it then. */
  recordEveryMs: 1_000,
  /** How often each of the others is asked what it has executed: lag is known to this much. */
  hearEveryMs: 500,
  /** A server that does not answer within this is one that does not answer. */
  answerMs: 2_000,
  /** For another member to lead; half of it for transactions that are under way. */
  handOverMs: 10_000,
  /** The server gives up on a join by itself before this. */
  startMs: 120_000,
  /** A join is given up when no member of the group has been seen for this long. */
  hopelessMs: 2_000,
  /** What was received before a crash is in a few seconds of relay log. */
  executeMs: 60_000,
  fetchMs: 60_000,
  /** A member that has not executed for longer what it received, or another has, is not read from. */
  lagMs: 5_000,
  /**
   * A blank member copies a whole server where the group has more transactions than this; below,
   * it executes them all in less time than a server takes to start again after a clone.
   */
  cloneAbove: 1_000,
} as const;
