import { createHash } from "node:crypto";
import type { Note } from "@svclab/contracts";
import { HttpProblem } from "@svclab/service-kit";
import { DatabaseFailure, serverError } from "../database/failure.ts";
import type { Answer, Session } from "../database/session.ts";
import { fromSqlTime, toSqlTime } from "./sql-time.ts";

export interface NoteToAdd {
  readonly key: string;
  readonly text: string;
  readonly createdAt: Date;
}

/**
 * In a transaction: the note and its key, or what was done before under this key, whether or not
 * the note is still there. The first statement takes the key, so that of two at once, on whatever
 * Pods and whatever connections, one waits for the other.
 * @throws HttpProblem 409, 422
 */
export async function addNote(
  session: Session,
  { key, text, createdAt }: NoteToAdd,
): Promise<{ readonly note: Note; readonly replayed: boolean }> {
  const hash = createHash("sha256").update(text).digest();
  const { affected } = await takeKey(session, key, hash, createdAt);
  // The server counts 1 for a new row and 2 for one that was there.
  if (affected === 1) {
    const values = [text, toSqlTime(createdAt)];
    const { insertId } = await session.run(
      "INSERT INTO notes (text, created_at) VALUES (?, ?)",
      values,
    );
    await session.run(
      "UPDATE note_keys SET note_id = CAST(? AS UNSIGNED) WHERE idempotency_key = ?",
      [insertId, key],
    );
    return { note: { id: insertId, text, createdAt: createdAt.toISOString() }, replayed: false };
  }
  const { rows } = await session.run(
    "SELECT text_hash, note_id, created_at FROM note_keys WHERE idempotency_key = ?",
    [key],
  );
  const [before] = rows;
  if (before === undefined) throw new Error(`the key ${key} is taken, and there is no row with it`);
  if (!hash.equals(before["text_hash"] as Buffer))
    throw new HttpProblem(422, "This idempotency key belongs to another text.");
  const id = String(before["note_id"]);
  const note = { id, text, createdAt: fromSqlTime(String(before["created_at"])) };
  return { note, replayed: true };
}

async function takeKey(
  session: Session,
  key: string,
  hash: Buffer,
  createdAt: Date,
): Promise<Answer> {
  try {
    return await session.run(
      `INSERT INTO note_keys (idempotency_key, text_hash, created_at) VALUES (?, ?, ?)
       ON DUPLICATE KEY UPDATE asked = asked + 1`,
      [key, hash, toSqlTime(createdAt)],
    );
  } catch (error) {
    if (!(error instanceof DatabaseFailure) || error.errno !== serverError.lockWaitTimeout)
      throw error;
    throw new HttpProblem(409, "A request with this idempotency key is in progress.", {
      retryAfterSeconds: 1,
    });
  }
}
