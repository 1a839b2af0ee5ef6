import type { Note } from "@svclab/contracts";
import { DatabaseFailure, serverError } from "../database/failure.ts";
import type { Row, Session } from "../database/session.ts";
import { fromSqlTime } from "./sql-time.ts";

/** The newest first. */
export function listNotes(session: Session, before: string, limit: number): Promise<Note[]> {
  const sql = `SELECT id, text, created_at FROM notes WHERE id < CAST(? AS UNSIGNED)
    ORDER BY id DESC LIMIT ${limit}`;
  return notesOf(session, sql, before);
}

export async function findNote(session: Session, id: string): Promise<Note | null> {
  const sql = "SELECT id, text, created_at FROM notes WHERE id = CAST(? AS UNSIGNED)";
  return (await notesOf(session, sql, id)).at(0) ?? null;
}

/**
 * Where there was nothing to delete, nothing is written, and no transaction can be waited for but
 * all that the primary has executed.
 */
export async function deleteNote(session: Session, id: string): Promise<string | null> {
  const sql = "DELETE FROM notes WHERE id = CAST(? AS UNSIGNED)";
  if ((await session.run(sql, [id])).affected > 0) return null;
  const { rows } = await session.run("SELECT @@GLOBAL.gtid_executed AS executed");
  return String(rows[0]?.["executed"]).replaceAll("\n", "");
}

async function notesOf(session: Session, sql: string, value: string): Promise<Note[]> {
  try {
    return (await session.run(sql, [value])).rows.map(noteOf);
  } catch (error) {
    // The first write makes the table.
    if (error instanceof DatabaseFailure && error.errno === serverError.noSuchTable) return [];
    throw error;
  }
}

function noteOf(row: Row): Note {
  return {
    id: String(row["id"]),
    text: String(row["text"]),
    createdAt: fromSqlTime(String(row["created_at"])),
  };
}
