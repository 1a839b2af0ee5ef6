import type { DatabaseMember } from "@svclab/contracts";
import type { PoolConnection, ResultSetHeader } from "mysql2";
import { DatabaseFailure, whileAsking } from "./failure.ts";
import { limits } from "./limits.ts";

/** One row, by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly rows: readonly Row[];
  readonly affected: number;
  /** A decimal number; 0 where no row got one. */
  readonly insertId: string;
  /** The transaction that this statement made, where the server says it. */
  readonly gtid: string | null;
}

/** Who lends a connection, and is told of it. */
interface Lender {
  readonly failed: (failure: DatabaseFailure) => void;
  readonly abandon: () => void;
}

/** One connection, as long as one request has it. */
export class Session {
  readonly member: DatabaseMember;
  readonly #raw: PoolConnection;
  readonly #deadlineMs: number;
  readonly #failed: (failure: DatabaseFailure) => void;
  /** The connection, and no other, goes when it is given back. */
  readonly abandon: () => void;

  constructor(
    raw: PoolConnection,
    member: DatabaseMember,
    deadlineMs: number,
    { failed, abandon }: Lender,
  ) {
    this.#raw = raw;
    this.member = member;
    this.#deadlineMs = deadlineMs;
    this.#failed = failed;
    this.abandon = abandon;
  }

  /**
   * Values are sent apart from the statement, so nothing in them is read as SQL. Without a limit of
   * its own a statement has what is left to the request.
   * @throws DatabaseFailure
   */
  async run(sql: string, values: readonly unknown[] = [], limitMs?: number): Promise<Answer> {
    const leftMs = this.#deadlineMs - performance.now();
    try {
      return await ask(this.#raw, sql, values, limitMs ?? Math.min(limits.statementMs, leftMs));
    } catch (error) {
      if (error instanceof DatabaseFailure) this.#failed(error);
      throw error;
    }
  }
}

/** @throws DatabaseFailure; after a timeout the answer may come yet, so the connection must go. */
export function ask(
  raw: PoolConnection,
  sql: string,
  values: readonly unknown[],
  limitMs: number,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new DatabaseFailure("timeout", `no answer within ${Math.round(limitMs)} ms`)),
      limitMs,
    );
    const done = (error: NodeJS.ErrnoException | null, result: unknown) => {
      clearTimeout(timer);
      if (error) reject(whileAsking(error));
      else resolve(answerOf(result));
    };
    if (values.length === 0) raw.query(sql, done);
    else raw.execute(sql, [...values] as string[], done);
  });
}

/** The driver's types leave out what a server says of the session's state. */
interface Header extends ResultSetHeader {
  readonly stateChanges?: { readonly gtids: readonly string[] };
}

function answerOf(result: unknown): Answer {
  if (Array.isArray(result)) return { rows: result, affected: 0, insertId: "0", gtid: null };
  const { affectedRows, insertId, stateChanges } = result as Header;
  const gtid = stateChanges?.gtids.join(",") || null;
  return { rows: [], affected: Number(affectedRows), insertId: String(insertId), gtid };
}
