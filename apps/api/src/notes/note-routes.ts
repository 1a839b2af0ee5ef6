import { type NoteAnswer, type NotesAnswer, noteHeaders, noteProblem } from "@svclab/contracts";
import { HttpProblem, parseInput } from "@svclab/service-kit";
import type { Express, Request, RequestHandler, Response } from "express";
import { z } from "zod";
import type { Database } from "../database/database.ts";
import { limits } from "../database/limits.ts";
import type { Asking } from "../database/pool.ts";
import { read } from "../database/read.ts";
import type { Session } from "../database/session.ts";
import { write } from "../database/write.ts";
import { addNote } from "./add-note.ts";
import { longestGtidSet, readGtidSet, readIdempotencyKey } from "./read-headers.ts";
import { noteBody, readNewNote } from "./read-new-note.ts";
import { deleteNote, findNote, listNotes } from "./stored-notes.ts";
import { tellReadFailure, tellWriteFailure } from "./tell-failure.ts";

const greatestId = 2n ** 64n - 1n;
const Id = z
  .string()
  .refine(
    (id) => /^(0|[1-9]\d{0,19})$/.test(id) && BigInt(id) <= greatestId,
    `It must be a decimal number of at most ${greatestId}.`,
  );
const ById = z.object({ id: Id });
const Page = z.strictObject({
  before: Id.default(String(greatestId)),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

/** `database` is null where none was installed. */
export function noteRoutes(app: Express, database: Database | null): void {
  if (database === null) {
    app.all("/notes", noDatabase);
    app.all("/notes/:id", noDatabase);
    return;
  }
  const { writes, reads } = database;

  app.post("/notes", ...noteBody, async (request, response) => {
    const { text } = readNewNote(request.body);
    const key = readIdempotencyKey(request.headers);
    response.setHeader(noteHeaders.idempotencyKey, key);
    const toAdd = { key, text, createdAt: new Date() };
    const { value, member, gtid } = await write(
      writes,
      asking(response, limits.writeMs),
      (session) => addNote(session, toAdd),
    ).catch((error) => {
      throw tellWriteFailure(error, key);
    });
    tellGtid(response, gtid);
    if (value.replayed) response.setHeader(noteHeaders.replayed, "true");
    else response.location(`/notes/${value.note.id}`);
    const answer: NoteAnswer = { note: value.note, member };
    response.status(value.replayed ? 200 : 201).json(answer);
  });

  app.delete("/notes/:id", async (request, response) => {
    const { id } = parseInput(ById, request.params, "path");
    const { value, gtid } = await write(writes, asking(response, limits.writeMs), (session) =>
      deleteNote(session, id),
    ).catch((error) => {
      throw tellWriteFailure(error, null);
    });
    tellGtid(response, gtid ?? value);
    // The same the second time: the note is not there, which is what was asked for.
    response.status(204).end();
  });

  app.get("/notes", async (request, response) => {
    const { before, limit } = parseInput(Page, request.query, "query");
    const { value, member } = await readFor(request, response, (session) =>
      listNotes(session, before, limit),
    );
    const answer: NotesAnswer = { notes: value, member };
    response.json(answer);
  });

  app.get("/notes/:id", async (request, response) => {
    const { id } = parseInput(ById, request.params, "path");
    const { value, member } = await readFor(request, response, (session) => findNote(session, id));
    if (value === null) throw new HttpProblem(404, `There is no note ${id}.`);
    const answer: NoteAnswer = { note: value, member };
    response.json(answer);
  });

  async function readFor<T>(
    request: Request,
    response: Response,
    work: (session: Session) => Promise<T>,
  ) {
    const after = readGtidSet(request.headers);
    const from = { reads, writes, after };
    const found = await read(from, asking(response, limits.readMs), work).catch((error) => {
      throw tellReadFailure(error);
    });
    if (found !== null) return found;
    throw new HttpProblem(
      503,
      `No member, not even the primary, has executed what ${noteHeaders.gtid} asks for.`,
      { type: noteProblem.notExecuted, retryAfterSeconds: 1 },
    );
  }
}

const noDatabase: RequestHandler = () => {
  throw new HttpProblem(503, "There is no database here. `./svclab install --database` adds it.");
};

function asking(response: Response, limitMs: number): Asking {
  return {
    deadlineMs: performance.now() + limitMs,
    met: ({ pod }) => response.setHeader(noteHeaders.member, pod),
  };
}

/** A longer set than a request may bring back would only be refused then. */
function tellGtid(response: Response, gtid: string | null): void {
  if (gtid !== null && gtid.length <= longestGtidSet) response.setHeader(noteHeaders.gtid, gtid);
}
