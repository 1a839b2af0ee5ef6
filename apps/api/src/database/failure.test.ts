import assert from "node:assert/strict";
import { test } from "node:test";
import { type FailureKind, whileAsking, whileConnecting } from "./failure.ts";

const server = (code: string, errno: number) => ({
  ...{ code, errno, sqlState: "HY000" },
  message: code,
});
const system = (code: string, errno: number) => ({ code, errno, message: code });
const bare = (message: string) => ({ message });

const connecting: readonly [string, Parameters<typeof whileConnecting>[0], FailureKind][] = [
  ["a full queue", bare("Queue limit reached."), "busy"],
  ["a Service without Pods", system("ECONNREFUSED", -111), "unreachable"],
  ["a server that is silent", { code: "ETIMEDOUT", message: "connect ETIMEDOUT" }, "unreachable"],
  ["a wrong password", server("ER_ACCESS_DENIED_ERROR", 1045), "denied"],
  ["a database that the user may not use", server("ER_DBACCESS_DENIED_ERROR", 1044), "denied"],
  ["a server that lets only its keepers in", server("ER_SERVER_OFFLINE_MODE", 3032), "demoted"],
  ["a server that has too many clients", server("ER_CON_COUNT_ERROR", 1040), "unreachable"],
  ["another authority's certificate", { code: "HANDSHAKE_SSL_ERROR", message: "" }, "untrusted"],
];
for (const [what, error, kind] of connecting)
  test(`${what} is ${kind}`, () => assert.equal(whileConnecting(error).kind, kind));

const asking: readonly [string, Parameters<typeof whileAsking>[0], FailureKind, boolean][] = [
  ["a connection that was cut", system("ECONNRESET", -104), "lost", true],
  ["a closed one", { code: "PROTOCOL_CONNECTION_LOST", message: "" }, "lost", true],
  ["one that is of no more use", bare("Can't add new command"), "lost", true],
  ["super_read_only", server("ER_OPTION_PREVENTS_STATEMENT", 1290), "demoted", true],
  ["a hook of the group", server("ER_RUN_HOOK_ERROR", 3100), "demoted", true],
  ["a shutdown", server("ER_SERVER_SHUTDOWN", 1053), "demoted", true],
  ["a right that is missing", server("ER_TABLEACCESS_DENIED_ERROR", 1142), "denied", false],
  ["a missing table", server("ER_NO_SUCH_TABLE", 1146), "refused", false],
  ["a lock that others hold", server("ER_LOCK_WAIT_TIMEOUT", 1205), "refused", false],
];
for (const [what, error, kind, spoils] of asking)
  test(`${what} is ${kind}, and its connection ${spoils ? "goes" : "stays"}`, () => {
    const failure = whileAsking(error);
    assert.deepEqual([failure.kind, failure.spoils], [kind, spoils]);
  });
