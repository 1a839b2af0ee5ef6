/**
 * What became of a connection or a statement.
 *
 * - `busy`: no connection became free, or too many wait for one
 * - `unreachable`, `untrusted`, `denied`: there is no connection, for want of a server, of a
 *   certificate with the right name and authority, or of a right
 * - `lost`, `timeout`: the answer to a statement never came
 * - `demoted`: the server is not, or is no longer, one that does this
 * - `refused`: any other error of the server's; the connection is as good as before
 */
export type FailureKind =
  | "busy"
  | "unreachable"
  | "untrusted"
  | "denied"
  | "lost"
  | "timeout"
  | "demoted"
  | "refused";

export class DatabaseFailure extends Error {
  override readonly name = "DatabaseFailure";
  readonly kind: FailureKind;
  /** The server's own number, where the server answered. */
  readonly errno: number | null;

  constructor(kind: FailureKind, code: string, errno: number | null = null, cause?: unknown) {
    super(code, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.errno = errno;
  }

  /** The connection is of no more use, and neither are others that lead to the same server. */
  get spoils(): boolean {
    return this.kind === "lost" || this.kind === "timeout" || this.kind === "demoted";
  }
}

/** Source of the numbers: MySQL 9.7, "Server Error Message Reference". */
export const serverError = {
  shutdown: 1053,
  noSuchTable: 1146,
  lockWaitTimeout: 1205,
  optionPrevents: 1290,
  malformedGtidSet: 1772,
  readOnlyTransaction: 1792,
  readOnlyMode: 1836,
  offlineMode: 3032,
  beforeDml: 3098,
  runHook: 3100,
  rollbackDuringCommit: 3101,
  killed: 3169,
  disconnectedByServer: 4031,
} as const;

const deniedBy: ReadonlySet<number> = new Set([1044, 1045, 1142, 1143, 1227, 1698, 3118, 3159]);
const demotedBy: ReadonlySet<number> = new Set([
  serverError.shutdown,
  serverError.optionPrevents,
  serverError.readOnlyTransaction,
  serverError.readOnlyMode,
  serverError.offlineMode,
  serverError.beforeDml,
  serverError.runHook,
  serverError.rollbackDuringCommit,
  serverError.killed,
  serverError.disconnectedByServer,
]);

interface DriverError {
  readonly code?: string | undefined;
  readonly errno?: number | undefined;
  readonly sqlState?: string | undefined;
  readonly message: string;
}

/** Of an error that the driver gives instead of a connection. */
export function whileConnecting(error: DriverError): DatabaseFailure {
  const { code = error.message } = error;
  const errno = errnoOf(error);
  // The driver has no code for a full queue, and one for everything else.
  if (error.code === undefined) return new DatabaseFailure("busy", code, null, error);
  if (errno !== null && deniedBy.has(errno))
    return new DatabaseFailure("denied", code, errno, error);
  if (errno !== null && demotedBy.has(errno))
    return new DatabaseFailure("demoted", code, errno, error);
  const trust = /^(HANDSHAKE_|ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO)/.test(
    code,
  );
  return new DatabaseFailure(trust ? "untrusted" : "unreachable", code, errno, error);
}

/** Of an error that the driver gives instead of a statement's result. */
export function whileAsking(error: DriverError): DatabaseFailure {
  const { code = error.message } = error;
  const errno = errnoOf(error);
  if (errno === null) return new DatabaseFailure("lost", code, null, error);
  if (demotedBy.has(errno)) return new DatabaseFailure("demoted", code, errno, error);
  return new DatabaseFailure(deniedBy.has(errno) ? "denied" : "refused", code, errno, error);
}

/** Errors of the system have a number too, a negative one; only the server's have a state. */
function errnoOf({ errno, sqlState }: DriverError): number | null {
  return sqlState !== undefined && errno !== undefined ? errno : null;
}
