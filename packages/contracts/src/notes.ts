import { z } from "zod";
import { Problem } from "./api.ts";

/** Headers of the notes' requests and answers; names are lower case, as Node.js gives them. */
export const noteHeaders = {
  /** On a request that writes: asked again with the same key, it is done once. On its answer too. */
  idempotencyKey: "idempotency-key",
  /** On an answer: `true` where the write had been done before, under this key. */
  replayed: "idempotency-replayed",
  /**
   * On the answer to a write: the set of transactions that holds it, as MySQL writes it. On a
   * request that reads: what must have been executed where it is read.
   */
  gtid: "x-gtid",
  /** On every answer that the database had a part in: the Pod of the member that served it. */
  member: "x-database-member",
} as const;

/** Headers of an answer that the web handed on: the api Pod it came from. Its own is in servedBy. */
export const viaApi = { podName: "x-api-pod", node: "x-api-node" } as const;

/** In characters (code points); MySQL counts the same way. */
export const noteTextLimit = 1_000;

/** POST /notes. */
export const NewNote = z.strictObject({ text: z.string() });
export type NewNote = z.infer<typeof NewNote>;

/** The member that served an answer. */
export const DatabaseMember = z.object({
  pod: z.string(),
  serverUuid: z.string(),
  /** What the Service it was reached by is for, not what the group says it is. */
  through: z.enum(["mysql-primary", "mysql-read"]),
});
export type DatabaseMember = z.infer<typeof DatabaseMember>;

/** `id` is a decimal number as text: MySQL's go beyond what JSON numbers hold. */
export const Note = z.object({
  id: z.string().regex(/^\d+$/),
  text: z.string(),
  createdAt: z.iso.datetime(),
});
export type Note = z.infer<typeof Note>;

/** GET /notes/:id, and the answer to POST /notes (201, or 200 where it had been done before). */
export const NoteAnswer = z.object({ note: Note, member: DatabaseMember });
export type NoteAnswer = z.infer<typeof NoteAnswer>;

/** GET /notes?before=<id>&limit=<1 to 100>: the newest first. */
export const NotesAnswer = z.object({ notes: z.array(Note), member: DatabaseMember });
export type NotesAnswer = z.infer<typeof NotesAnswer>;

/**
 * `type` of a problem (RFC 9457). A write answers with one under status 503, where this request
 * wrote nothing, and under 504, where nobody knows. It speaks of no other request: one sent before
 * with the same key, and answered 504 or not at all, may still have written.
 */
export const noteProblem = {
  nothingWritten: "urn:svclab:nothing-written",
  outcomeUnknown: "urn:svclab:outcome-unknown",
  /** A read's: no member has executed the transactions that were asked for. */
  notExecuted: "urn:svclab:not-executed",
} as const;

/** What is answered instead of notes. A POST that is unknown has `idempotencyKey`, to ask again. */
export const NoteProblem = Problem.extend({ idempotencyKey: z.string().optional() });
export type NoteProblem = z.infer<typeof NoteProblem>;
