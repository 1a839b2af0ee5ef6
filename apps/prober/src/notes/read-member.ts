import type { Event, MemberProbe } from "@svclab/contracts";
import type { RowDataPacket } from "mysql2/promise";
import { nowMs } from "../clock.ts";
import { connectTo, destroy } from "./connect.ts";
import { within, wordsOf } from "./within.ts";

const question = "SELECT @@server_uuid AS uuid, (SELECT COALESCE(MAX(id), 0) FROM notes) AS newest";

/** Asks the member that a name leads to now, once, and resolves to what it said; never rejects. */
export async function readMember(
  recorder: string,
  { path, port, timeoutMs }: MemberProbe,
  host: string,
): Promise<Event> {
  const sentMs = nowMs();
  const limit = Date.now() + timeoutMs;
  const tell = (serverUuid: string | null, newest: string | null, why: string | null): Event => {
    const atMs = nowMs();
    const said = { serverUuid, newest, why };
    return {
      kind: "member-read",
      atMs,
      from: recorder,
      path,
      host,
      ...said,
      tookMs: atMs - sentMs,
    };
  };
  const connecting = connectTo({ host, port, user: "reader" });
  try {
    const connection = await within(limit, connecting);
    const [[row]] = await within(limit, connection.query<RowDataPacket[]>(question));
    return tell(String(row?.["uuid"]), String(row?.["newest"]), null);
  } catch (error) {
    return tell(null, null, wordsOf(error));
  } finally {
    // One that comes after the limit is let go as well.
    connecting.then(destroy).catch(() => undefined);
  }
}
