import type { DatabaseMember } from "@svclab/contracts";
import { DatabaseFailure } from "./failure.ts";
import { limits } from "./limits.ts";
import type { Asking, Pool } from "./pool.ts";
import type { Session } from "./session.ts";

export interface Found<T> {
  readonly value: T;
  readonly member: DatabaseMember;
}

export interface ReadFrom {
  readonly reads: Pool;
  /** The primary, where no member that was asked has caught up. */
  readonly writes: Pool;
  /** Transactions that must have been executed where it is read; null: any member will do. */
  readonly after: string | null;
}

/**
 * From a member fit to read, and once more from another connection where that one failed. null
 * where not even the primary has executed what it must be read after.
 * @throws DatabaseFailure, and what the work throws
 */
export async function read<T>(
  { reads, writes, after }: ReadFrom,
  asking: Asking,
  work: (session: Session) => Promise<T>,
): Promise<Found<T> | null> {
  const from = (pool: Pool) =>
    pool.use(asking, async (session) => {
      if (after !== null && !(await hasExecuted(session, after))) return null;
      return { value: await work(session), member: session.member };
    });
  const found = await from(reads).catch((error: unknown) => {
    if (!canBeRetried(error)) throw error;
    return from(reads);
  });
  return found ?? from(writes);
}

function canBeRetried(error: unknown): boolean {
  return error instanceof DatabaseFailure && (error.spoils || error.kind === "unreachable");
}

async function hasExecuted(session: Session, gtids: string): Promise<boolean> {
  const sql = "SELECT WAIT_FOR_EXECUTED_GTID_SET(?, ?) AS late";
  const { rows } = await session.run(sql, [gtids, limits.catchUpMs / 1000]);
  return Number(rows[0]?.["late"]) === 0;
}
