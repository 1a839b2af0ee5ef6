import { parseGtidSet } from "@svclab/mysql-group";
import { z } from "zod";
import type { Member } from "../decide/look.ts";
import { limits } from "../limits.ts";
import type { Server } from "./server.ts";

const Own = z.object({
  uuid: z.string(),
  executed: z.string(),
  received: z.string().nullable(),
  closed: z.number(),
  view: z.string().nullable(),
});

const InGroup = z.object({
  id: z.string(),
  host: z.string(),
  state: z.enum(["OFFLINE", "RECOVERING", "ONLINE", "ERROR", "UNREACHABLE"]),
  role: z.string(),
});

const askOwn = `SELECT @@server_uuid uuid, @@GLOBAL.gtid_executed executed, @@offline_mode closed,
  (SELECT received_transaction_set FROM performance_schema.replication_connection_status
    WHERE channel_name = 'group_replication_applier') received,
  (SELECT view_id FROM performance_schema.replication_group_member_stats
    WHERE member_id = @@server_uuid AND channel_name = 'group_replication_applier') view`;
const askGroup = `SELECT member_id id, member_host host, member_state state, member_role role
  FROM performance_schema.replication_group_members
  WHERE channel_name = 'group_replication_applier'`;

/** A member, and whether its server lets nobody in but those who look after it. */
export interface Seen {
  readonly member: Member;
  readonly closed: boolean;
}

/** Asks a server what it is in its group. Throws where it does not answer. */
export async function lookAtServer(server: Server): Promise<Seen> {
  const own = Own.parse((await server.query(askOwn, limits.answerMs))[0]);
  const rows = (await server.query(askGroup, limits.answerMs)).map((row) => InGroup.parse(row));
  return { member: memberOf(own, rows), closed: own.closed !== 0 };
}

type GroupRow = z.infer<typeof InGroup>;

/** A view id is `<fixed when the group began>:<counts its changes>`. */
export function memberOf(own: z.infer<typeof Own>, group: readonly GroupRow[]): Member {
  const self = group.find(({ id }) => id === own.uuid);
  const reached = group.filter(({ state }) => state === "ONLINE" || state === "RECOVERING");
  const state = self === undefined || self.state === "UNREACHABLE" ? "OFFLINE" : self.state;
  const inGroup = state === "ONLINE" || state === "RECOVERING";
  return {
    uuid: own.uuid,
    state,
    role: self?.role === "PRIMARY" || self?.role === "SECONDARY" ? self.role : null,
    incarnation: (inGroup ? own.view?.split(":")[0] : null) || null,
    majority: inGroup && reached.length * 2 > group.length,
    online: Object.fromEntries(
      group.flatMap(({ host, id, state }) =>
        state === "ONLINE" ? [[host.split(".")[0] ?? host, id]] : [],
      ),
    ),
    executed: parseGtidSet(own.executed),
    received: parseGtidSet(own.received ?? ""),
  };
}
