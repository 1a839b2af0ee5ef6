import { z } from "zod";
import { NotesRead } from "../prober.ts";
import { stamp } from "./stamp.ts";

/** Everything that a run may do to the database, in the order in which a run does it. */
export const DatabaseFault = z.enum([
  "primary-deleted",
  "server-killed",
  "primary-force-deleted",
  "primary-cut-off",
  "primary-cut-off-from-clients-too",
  "primary-node-paused",
  "server-stopped",
  "all-servers-killed",
  "primary-volume-lost",
  "replica-behind",
]);
export type DatabaseFault = z.infer<typeof DatabaseFault>;

/** What is done to the database, written to it and read from it. */
export const databaseEvents = [
  /** The Pod that it was done to and its server's UUID, as its agent said just before. */
  z.object({
    ...stamp,
    kind: z.literal("database-fault-began"),
    fault: DatabaseFault,
    pod: z.string(),
    serverUuid: z.string(),
  }),
  /** All members are in one group again, ready and labelled, and a note was acknowledged since. */
  z.object({ ...stamp, kind: z.literal("database-fault-ended"), fault: DatabaseFault }),
  /** Written before the note `<run>/<session>/<seq>` is sent. */
  z.object({
    ...stamp,
    kind: z.literal("note-sent"),
    session: z.string(),
    seq: z.number().int(),
    way: z.enum(["api", "sql"]),
  }),
  /**
   * acknowledged: the database said that it is written. refused: it is certainly not. unknown: the
   * answer never came, or said that nobody knows. `tookMs` from sending; `serverUuid` of the member,
   * `id` of the row, null where they were not told.
   */
  z.object({
    ...stamp,
    kind: z.literal("note-answered"),
    session: z.string(),
    seq: z.number().int(),
    outcome: z.enum(["acknowledged", "refused", "unknown"]),
    tookMs: z.number(),
    serverUuid: z.string().nullable(),
    id: z.string().nullable(),
    why: z.string().nullable(),
  }),
  /** Every session has ended: how many note-sent and note-answered it has written. */
  z.object({
    ...stamp,
    kind: z.literal("notes-ended"),
    sent: z.number().int(),
    answered: z.number().int(),
  }),
  /** The notes of the run on one member, read after all sessions had ended. */
  z.object({ ...stamp, kind: z.literal("notes-read"), ...NotesRead.shape }),
  /**
   * What whoever `host` led to said over a new connection: its server's UUID, and the greatest id of
   * a note there, "0" where there is none. Both null: no answer, and why.
   */
  z.object({
    ...stamp,
    kind: z.literal("member-read"),
    path: z.string(),
    host: z.string(),
    serverUuid: z.string().nullable(),
    newest: z.string().nullable(),
    why: z.string().nullable(),
    tookMs: z.number(),
  }),
  /** What the agent of one member says of it, each time that it changed; null: no answer. */
  z.object({
    ...stamp,
    kind: z.literal("member-seen"),
    pod: z.string(),
    state: z.string().nullable(),
    role: z.string().nullable(),
    serverUuid: z.string().nullable(),
  }),
] as const;
