import type { NotesProbe } from "@svclab/contracts";
import type { Connection, ResultSetHeader, RowDataPacket } from "mysql2/promise";
import { connectTo, destroy } from "./connect.ts";
import type { Outcome, WriteNote } from "./session.ts";
import { within, wordsOf } from "./within.ts";

type Place = Pick<NotesProbe, "host" | "port" | "timeoutMs">;

interface Open {
  readonly connection: Connection;
  readonly serverUuid: string;
}

/**
 * What the server checks before it prepares a commit, so that nothing was written: it is read-only.
 * As the api has it; docs/decisions/0010 says why no other error is certain.
 */
const certain: ReadonlySet<number> = new Set([1290, 1792, 1836]);

/** One transaction a note, on one kept connection, opened anew after every failure. */
export function writeBySql(place: Place): WriteNote {
  let open: Open | null = null;
  return async (text) => {
    const limit = Date.now() + place.timeoutMs;
    let commitSent = false;
    try {
      open ??= await opened(limit, place);
      const { connection, serverUuid } = open;
      await within(limit, connection.query("START TRANSACTION"));
      const insert = "INSERT INTO notes (text) VALUES (?)";
      const [header] = await within(limit, connection.execute<ResultSetHeader>(insert, [text]));
      commitSent = true;
      await within(limit, connection.query("COMMIT"));
      return { outcome: "acknowledged", serverUuid, id: String(header.insertId), why: null };
    } catch (error) {
      const serverUuid = open?.serverUuid ?? null;
      if (open !== null) destroy(open.connection);
      open = null;
      return { outcome: outcomeOf(error, commitSent), serverUuid, id: null, why: wordsOf(error) };
    }
  };
}

/** One that opens only after the limit is nobody's, and is let go. */
async function opened(limitMs: number, place: Place): Promise<Open> {
  const opening = connect(place);
  try {
    return await within(limitMs, opening);
  } catch (error) {
    opening.then(
      ({ connection }) => destroy(connection),
      () => undefined,
    );
    throw error;
  }
}

export function outcomeOf(error: unknown, commitSent: boolean): Outcome["outcome"] {
  const { errno, sqlState } = error as { errno?: number; sqlState?: string };
  const said = sqlState !== undefined && errno !== undefined && certain.has(errno);
  return commitSent && !said ? "unknown" : "refused";
}

async function connect(place: Place): Promise<Open> {
  const connection = await connectTo({ ...place, user: "writer" });
  try {
    await connection.query("SET SESSION lock_wait_timeout = 1, innodb_lock_wait_timeout = 1");
    const [[row]] = await connection.query<RowDataPacket[]>("SELECT @@server_uuid AS uuid");
    return { connection, serverUuid: String(row?.["uuid"]) };
  } catch (error) {
    destroy(connection);
    throw error;
  }
}
