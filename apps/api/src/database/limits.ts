/** Every limit of the api's way to the database, unit in the name, with the reason for its size. */
export const limits = {
  /** Of each pool. A heap of 96 MiB and three Pods; a member takes 200 in all. */
  connections: 8,
  /** Requests that wait for a connection; those beyond are refused at once. */
  queue: 256,
  /** A write takes a few milliseconds: who has waited for longer meets a database that is stuck. */
  waitMs: 2_000,
  /** With TLS, on a busy machine. A Service without Pods refuses, one whose node is gone is silent. */
  connectMs: 1_500,
  idleConnections: 4,
  idleMs: 10_000,
  /** A Service balances connections, not statements: a member that came back gets its share by this. */
  ageMs: 30_000,
  statementMs: 2_000,
  /** How long the server lets a statement wait for a row; less than a statement has. */
  lockWaitSeconds: 1,
  /** From a request's arrival until COMMIT is sent. */
  writeMs: 4_000,
  /** Above the 5 s after which the group suspects a silent member: until then every commit waits. */
  commitMs: 7_000,
  readMs: 4_000,
  /** For a member to catch up with what a session has written; then the primary is asked. */
  catchUpMs: 500,
} as const;
