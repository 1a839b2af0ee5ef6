import { createHash } from "node:crypto";
import type { NotesRead } from "@svclab/contracts";
import type { RowDataPacket } from "mysql2/promise";
import { connectTo, destroy } from "./connect.ts";
import { Runs } from "./runs.ts";

/** Enough to see what they are. */
const mostStrangers = 20;
const page = 10_000;

/** All notes of a run on one member, in the order of their ids, a page at a time. */
export async function readNotes(run: string, host: string, port = 3_306): Promise<NotesRead> {
  const connection = await connectTo({ host, port, user: "reader" });
  try {
    const who = "SELECT @@hostname AS pod, @@server_uuid AS uuid";
    const [[said]] = await connection.query<RowDataPacket[]>(who);
    const digest = createHash("sha256");
    const sessions = new Map<string, Runs>();
    const strangers: string[] = [];
    let rows = 0;
    let last = "0";
    for (;;) {
      // By the key: a page is where the one before it ended, however many there were.
      const [found] = await connection.query<RowDataPacket[]>(
        "SELECT id, text FROM notes WHERE id > CAST(? AS UNSIGNED) ORDER BY id LIMIT ?",
        [last, page],
      );
      for (const { id, text } of found) {
        last = String(id);
        if (!String(text).startsWith(`${run}/`)) continue;
        rows += 1;
        digest.update(`${id} ${text}\n`);
        const [, session, seq] = /^[\w-]+\/([\w-]+)\/([1-9]\d*)$/.exec(text) ?? [];
        if (session === undefined) {
          if (strangers.length < mostStrangers) strangers.push(text);
          continue;
        }
        const runs = sessions.get(session) ?? new Runs();
        runs.add(Number(seq));
        sessions.set(session, runs);
      }
      if (found.length < page) break;
    }
    return {
      pod: String(said?.["pod"]),
      serverUuid: String(said?.["uuid"]),
      rows,
      digest: digest.digest("hex"),
      sessions: Object.fromEntries([...sessions].map(([name, runs]) => [name, runs.text])),
      strangers,
    };
  } finally {
    destroy(connection);
  }
}
