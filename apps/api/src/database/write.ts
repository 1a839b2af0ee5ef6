import type { DatabaseMember } from "@svclab/contracts";
import { DatabaseFailure, serverError } from "./failure.ts";
import { limits } from "./limits.ts";
import type { Asking, Pool } from "./pool.ts";
import type { Session } from "./session.ts";
import { makeTables } from "./tables.ts";

export interface Written<T> {
  readonly value: T;
  readonly member: DatabaseMember;
  readonly gtid: string | null;
}

/** A write that was not acknowledged. `nothing-written` is certain; `unknown` is all one can say. */
export class WriteFailure extends Error {
  override readonly name = "WriteFailure";
  readonly outcome: "nothing-written" | "unknown";

  constructor(outcome: WriteFailure["outcome"], cause: DatabaseFailure) {
    super(`${cause.kind}: ${cause.message}`, { cause });
    this.outcome = outcome;
  }
}

/**
 * One transaction on the primary. Until COMMIT is sent whatever fails leaves nothing behind: the
 * server rolls back a transaction whose connection ends.
 * @throws WriteFailure, and what the work throws that is no failure of the database
 */
export async function write<T>(
  pool: Pool,
  asking: Asking,
  work: (session: Session) => Promise<T>,
): Promise<Written<T>> {
  try {
    return await attempt(pool, asking, work);
  } catch (error) {
    if (!isFailure(error, serverError.noSuchTable)) throw nothingWritten(error);
  }
  try {
    await makeTables(pool, asking);
    return await attempt(pool, asking, work);
  } catch (error) {
    throw nothingWritten(error);
  }
}

function attempt<T>(
  pool: Pool,
  asking: Asking,
  work: (session: Session) => Promise<T>,
): Promise<Written<T>> {
  return pool.use(asking, async (session) => {
    let value: T;
    try {
      await session.run("START TRANSACTION");
      value = await work(session);
    } catch (error) {
      // Where this fails too, the connection goes, and the transaction with it: the next one on it
      // would commit what is left open.
      if (!(error instanceof DatabaseFailure && error.spoils))
        await session.run("ROLLBACK").catch(() => session.abandon());
      throw error;
    }
    try {
      const { gtid } = await session.run("COMMIT", [], limits.commitMs);
      return { value, member: session.member, gtid };
    } catch (error) {
      if (!(error instanceof DatabaseFailure) || isCertain(error)) throw error;
      throw new WriteFailure("unknown", error);
    }
  });
}

/**
 * Refusals that the server checks before it prepares a commit (ha_commit_trans in MySQL's
 * sql/handler.cc). Not among them: 3100 and 3101. A member that is thrown out of the group answers
 * those to commits whose transactions it had sent already, and which the others may have taken.
 */
const certain: ReadonlySet<number> = new Set([
  serverError.optionPrevents,
  serverError.readOnlyTransaction,
  serverError.readOnlyMode,
]);

function isCertain({ errno }: DatabaseFailure): boolean {
  return errno !== null && certain.has(errno);
}

function isFailure(error: unknown, errno: number): boolean {
  return error instanceof DatabaseFailure && error.errno === errno;
}

function nothingWritten(error: unknown): unknown {
  return error instanceof DatabaseFailure ? new WriteFailure("nothing-written", error) : error;
}
