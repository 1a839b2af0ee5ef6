import { formatGtidSet, type GtidSet, includes, parseGtidSet } from "@svclab/mysql-group";
import { limits } from "../limits.ts";
import type { Row, Server } from "../server/server.ts";

/** What a member needs to be let in by the others, given each time and kept by no server. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Waits; throws the signal's reason. */
export type Sleep = (ms: number) => Promise<void>;

const applier = "group_replication_applier";
const catchUp = "catch-up";

/** Returns when the server is in no group, and no start of one is under way. */
export async function stopGroup(server: Server): Promise<void> {
  await server.query("STOP GROUP_REPLICATION", limits.startMs);
}

/** The only statement that makes a group out of nothing. It is left switched off either way. */
export async function beginGroup(server: Server, credentials: Credentials): Promise<void> {
  await server.query("SET GLOBAL group_replication_bootstrap_group = ON", limits.answerMs);
  try {
    await startGroup(server, credentials);
  } finally {
    await server.query("SET GLOBAL group_replication_bootstrap_group = OFF", limits.answerMs);
  }
}

export async function joinGroup(
  server: Server,
  credentials: Credentials,
  clone: boolean,
): Promise<void> {
  // Switched off by hand for certain: a server may have been left in the middle of a beginning.
  await server.query("SET GLOBAL group_replication_bootstrap_group = OFF", limits.answerMs);
  const threshold = clone ? "1" : "DEFAULT";
  await server.query(
    `SET GLOBAL group_replication_clone_threshold = ${threshold}`,
    limits.answerMs,
  );
  await startGroup(server, credentials);
}

/** Executes what was received from the group before it stopped; false: it cannot, and why. */
export async function executeReceived(server: Server, sleep: Sleep): Promise<string | undefined> {
  await server.query(`START REPLICA SQL_THREAD FOR CHANNEL '${applier}'`, limits.answerMs);
  try {
    return await untilExecuted(server, sleep, limits.executeMs, applier);
  } finally {
    await server.query(`STOP REPLICA SQL_THREAD FOR CHANNEL '${applier}'`, limits.executeMs);
  }
}

/** Gets transactions from another server, outside any group. undefined: all came. */
export async function fetchFrom(
  server: Server,
  source: Credentials & { readonly host: string },
  lacks: string,
  sleep: Sleep,
): Promise<string | undefined> {
  await server.query(
    `CHANGE REPLICATION SOURCE TO SOURCE_HOST = ?, SOURCE_USER = ?, SOURCE_PASSWORD = ?,
      SOURCE_AUTO_POSITION = 1, SOURCE_CONNECT_RETRY = 1, SOURCE_SSL = 1,
      SOURCE_SSL_CA = '/etc/mysql-tls/ca.crt', SOURCE_SSL_VERIFY_SERVER_CERT = 1
      FOR CHANNEL '${catchUp}'`,
    limits.answerMs,
    [source.host, source.user, source.password],
  );
  try {
    await server.query(`START REPLICA FOR CHANNEL '${catchUp}'`, limits.answerMs);
    return await untilExecuted(server, sleep, limits.fetchMs, catchUp, parseGtidSet(lacks));
  } finally {
    await server.query(`STOP REPLICA FOR CHANNEL '${catchUp}'`, limits.fetchMs);
    await server.query(`RESET REPLICA ALL FOR CHANNEL '${catchUp}'`, limits.answerMs);
  }
}

async function startGroup(server: Server, { user, password }: Credentials): Promise<void> {
  await server.query("START GROUP_REPLICATION USER = ?, PASSWORD = ?", limits.startMs, [
    user,
    password,
  ]);
}

const askProgress = `SELECT @@GLOBAL.gtid_executed executed,
  (SELECT received_transaction_set FROM performance_schema.replication_connection_status
    WHERE channel_name = ?) received,
  (SELECT GROUP_CONCAT(last_error_message) FROM
    performance_schema.replication_applier_status_by_worker
    WHERE channel_name = ? AND last_error_number <> 0) error`;

/** undefined once all is executed that is wanted: by default, all that was received. */
async function untilExecuted(
  server: Server,
  sleep: Sleep,
  limitMs: number,
  channel: string,
  wanted?: GtidSet,
): Promise<string | undefined> {
  const pauseMs = 100;
  for (let waitedMs = 0; waitedMs < limitMs; waitedMs += pauseMs) {
    const [row] = await server.query(askProgress, limits.answerMs, [channel, channel]);
    const target = wanted ?? setIn(row, "received");
    if (includes(setIn(row, "executed"), target)) return undefined;
    if (row?.["error"]) return String(row["error"]);
    await sleep(pauseMs);
  }
  const [row] = await server.query(askProgress, limits.answerMs, [channel, channel]);
  return `not done in ${limitMs} ms; executed is ${formatGtidSet(setIn(row, "executed"))}`;
}

function setIn(row: Row | undefined, column: string): GtidSet {
  return parseGtidSet(String(row?.[column] ?? ""));
}
