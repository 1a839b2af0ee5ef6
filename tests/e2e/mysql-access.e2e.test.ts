import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { appNamespace, type Kubectl, makeCertificates } from "@svclab/kind";
import {
  type Asking,
  aSecondary,
  assertWhole,
  membersOf,
  passwordOf,
  query,
} from "./lab/database.ts";
import { eventually } from "./lab/eventually.ts";
import { openDatabase, returnsWithinMs } from "./lab/open-database.ts";
import type { TestCluster } from "./test-cluster.ts";

const own = ["-n", appNamespace];

let there: TestCluster;
let kubectl: Kubectl;

before(async () => {
  ({ there, kubectl } = await openDatabase());
  const table = "CREATE TABLE IF NOT EXISTS notes.kept (id VARCHAR(40) PRIMARY KEY);";
  await query(kubectl, writer("mysql-primary"), table);
});

after(() => there?.close());

const writer = (host: string): Asking => ({ from: "mysql-0", user: "writer", host });
const reader = (host: string): Asking => ({ from: "mysql-0", user: "reader", host });

const refused: readonly { title: string; asking: Asking; sql: string; says: RegExp }[] = [
  {
    title: "a wrong password",
    asking: { ...writer("mysql-primary"), password: "not-the-password" },
    sql: "SELECT 1;",
    says: /ERROR 1045/,
  },
  {
    title: "the right password without TLS",
    asking: { ...writer("mysql-primary"), tls: "DISABLED" },
    sql: "SELECT 1;",
    says: /ERROR (3159|1045)/,
  },
  {
    title: "a server by an address that is not in its certificate",
    asking: writer("127.0.0.2"),
    sql: "SELECT 1;",
    says: /ERROR 2026/,
  },
  {
    title: "a write by the user that reads",
    asking: reader("mysql-primary"),
    sql: "INSERT INTO notes.kept VALUES ('by-the-reader');",
    says: /ERROR 1142/,
  },
  {
    title: "a look at passwords by the user that writes",
    asking: writer("mysql-primary"),
    sql: "SELECT * FROM mysql.user;",
    says: /ERROR 1142/,
  },
  {
    title: "the agent's user from another Pod",
    asking: { from: "mysql-0", user: "agent", host: "mysql-1.mysql-peers" },
    sql: "SELECT 1;",
    says: /ERROR 1045/,
  },
];

for (const { title, asking, sql, says } of refused)
  test(`${title} is refused`, async () => {
    await assert.rejects(query(kubectl, asking, sql), says);
  });

test("a write to a member that is not the primary is refused", async () => {
  const secondary = await aSecondary(there);
  const sql = "INSERT INTO notes.kept VALUES ('on-a-secondary');";
  await assert.rejects(query(kubectl, writer(`${secondary}.mysql-peers`), sql), /ERROR 1290/);
});

test("a member with another authority's certificate is let in by nobody", async (t) => {
  const strange = await aSecondary(there);
  const tls = [...own, "get", "secret", "mysql-tls", "-o", "json"];
  const before = JSON.parse(await kubectl(tls));
  const full = `${strange}.mysql-peers.svclab.svc.cluster.local`;
  const other = await makeCertificates([{ name: strange, names: [full, "127.0.0.1"] }], new Date());
  const put = (data: Record<string, string>) =>
    kubectl([
      ...own,
      "patch",
      "secret",
      "mysql-tls",
      "--type=merge",
      "-p",
      JSON.stringify({ data }),
    ]);
  const base64 = (text = "") => Buffer.from(text).toString("base64");
  const certified = other.servers[strange];
  try {
    await put({
      [`${strange}.crt`]: base64(certified?.certificate),
      [`${strange}.key`]: base64(certified?.key),
    });
    await kubectl([...own, "delete", "pod", strange]);
    const forged: Asking = { from: strange, user: "agent", host: "127.0.0.1", tls: "REQUIRED" };
    await eventually(returnsWithinMs, () => query(kubectl, forged, "SELECT 1;"));
    const password = await passwordOf(kubectl, "replication");
    const start = `START GROUP_REPLICATION USER = 'replication', PASSWORD = '${password}';`;
    const joining = query(kubectl, forged, start).then(
      () => "it was let in",
      (error) => String(error),
    );
    const said = await joining;
    t.diagnostic(said.split("\n").find((line) => line.includes("ERROR")) ?? said);
    assert.match(said, /ERROR 3092|to succeed/);
    for (const member of (await membersOf(there)).filter((each) => each?.state === "ONLINE"))
      assert.ok(!(strange in (member?.online ?? {})), "no member sees it in the group");
    const log = await kubectl([...own, "logs", strange, "-c", "mysqld"]);
    assert.match(log, /certificate verify failed|SSL|TLS/i);
  } finally {
    await put({
      [`${strange}.crt`]: before.data[`${strange}.crt`],
      [`${strange}.key`]: before.data[`${strange}.key`],
    });
    await kubectl([...own, "delete", "pod", strange]);
  }
  await eventually(returnsWithinMs, () => assertWhole(there));
});
