import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { appNamespace, type Kubectl, makeCertificates } from "@svclab/kind";
import { databasePods } from "@svclab/mysql-group";
import {
  type Asking,
  aSecondary,
  assertWhole,
  membersOf,
  passwordOf,
  query,
  without,
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

test("a member with a wrong password for replication does not get what it lacks, and its log says why", async () => {
  const strange = await aSecondary(there);
  const right = await passwordOf(kubectl, "replication");
  const giveOut = (password: string) => {
    const patch = JSON.stringify({ stringData: { password } });
    return kubectl([...own, "patch", "secret", "mysql-replication", "--type=merge", "-p", patch]);
  };
  try {
    await without(there, kubectl, strange, async () => {
      await giveOut("not-the-password-of-replication");
      const missed = "INSERT INTO notes.kept VALUES (UUID());";
      const other = databasePods.find((pod) => pod !== strange) ?? "";
      await query(kubectl, { ...writer("mysql-primary"), from: other }, missed);
    });
    await eventually(returnsWithinMs, async () => {
      const log = await kubectl([...own, "logs", strange, "-c", "mysqld"]);
      assert.match(log, /Access denied for user 'replication'/);
    });
    // It comes, is not let in, and goes, over and over.
    for (let look = 0; look < 20; look += 1) {
      const members = await membersOf(there);
      assert.notEqual(members[databasePods.indexOf(strange)]?.state, "ONLINE");
      assert.equal(members.filter((member) => member?.state === "ONLINE").length, 2);
      await sleep(500);
    }
    const ready = "jsonpath={.status.conditions[?(@.type=='Ready')].status}";
    assert.equal(await kubectl([...own, "get", "pod", strange, "-o", ready]), "False");
  } finally {
    await giveOut(right);
    await kubectl([...own, "delete", "pod", strange]);
  }
  await eventually(returnsWithinMs, () => assertWhole(there));
});

test("a member with another authority's certificate is let in by nobody", async () => {
  const strange = await aSecondary(there);
  const secret = JSON.parse(await kubectl([...own, "get", "secret", "mysql-tls", "-o", "json"]));
  const full = `${strange}.mysql-peers.svclab.svc.cluster.local`;
  const other = await makeCertificates([{ name: strange, names: [full, "127.0.0.1"] }], new Date());
  const forged = other.servers[strange];
  // It trusts itself and the others; whether they trust it is the question.
  const both = `${Buffer.from(secret.data["ca.crt"], "base64")}\n${other.ca}\n`;
  const restartWith = async (data: Record<string, string>) => {
    const patch = JSON.stringify({ data });
    await kubectl([...own, "patch", "secret", "mysql-tls", "--type=merge", "-p", patch]);
    await kubectl([...own, "delete", "pod", strange, "--grace-period=1"]);
  };
  const base64 = (text = "") => Buffer.from(text).toString("base64");
  try {
    await restartWith({
      "ca.crt": base64(both),
      [`${strange}.crt`]: base64(forged?.certificate),
      [`${strange}.key`]: base64(forged?.key),
    });
    // Its agent does not talk to it either, so it is told to join by hand.
    const agent: Asking = { from: strange, user: "agent", host: "127.0.0.1", tls: "REQUIRED" };
    await eventually(returnsWithinMs, () => query(kubectl, agent, "SELECT 1;"));
    const password = await passwordOf(kubectl, "replication");
    const start = `START GROUP_REPLICATION USER = 'replication', PASSWORD = '${password}';`;
    // The server tries for a minute.
    const joining = query(kubectl, agent, start).then(
      () => "it was let in",
      () => "refused",
    );
    const watched = { ended: false, looks: 0 };
    void joining.then(() => {
      watched.ended = true;
    });
    for (; !watched.ended; watched.looks += 1) {
      const members = (await membersOf(there)).filter((member) => member?.state === "ONLINE");
      assert.equal(members.length, 2);
      for (const member of members)
        assert.ok(!(strange in (member?.online ?? {})), "no member sees it in the group");
      await sleep(1_000);
    }
    assert.ok(watched.looks > 10, `it was looked at ${watched.looks} times`);
    assert.equal(await joining, "refused");
    const log = await kubectl([...own, "logs", strange, "-c", "mysqld"]);
    assert.match(log, /The member was unable to join the group/);
    assert.doesNotMatch(log, /failed to test connectivity to the local/, "it trusts itself");
  } finally {
    const { "ca.crt": ca, [`${strange}.crt`]: crt, [`${strange}.key`]: key } = secret.data;
    await restartWith({ "ca.crt": ca, [`${strange}.crt`]: crt, [`${strange}.key`]: key });
  }
  await eventually(returnsWithinMs, () => assertWhole(there));
});
