import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { test } from "node:test";
import type { Kubectl } from "../cluster/kubectl.ts";
import { makeDatabaseSecrets } from "./database-secrets.ts";
import { databaseUsers, firstStartSql } from "./first-start.ts";

interface Made {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly stringData?: Readonly<Record<string, string>>;
  readonly data?: Readonly<Record<string, string>>;
}

/** What is applied, where `present` is all that the API server has. */
async function applied(present: string): Promise<Map<string, Made>> {
  const made = new Map<string, Made>();
  const call = async (args: readonly string[], input?: string) => {
    if (args.includes("get")) return present;
    for (const item of JSON.parse(input ?? "{}").items as Made[])
      made.set(`${item.kind} ${item.metadata.name}`, item);
    return "";
  };
  const kubectl: Kubectl = Object.assign(call, { program: "kubectl", kubeconfig: "none" });
  let count = 0;
  const password = () => `password-number-${count++}`;
  const now = new Date("2026-01-02T03:04:05Z");
  await makeDatabaseSecrets({ kubectl, namespace: "svclab", now, password });
  return made;
}

test("what is there already is left alone: the servers have the passwords on their volumes", async () => {
  assert.equal((await applied("configmap/mysql-ca")).size, 0);
});

test("each user has a Secret and a password of its own", async () => {
  const made = await applied("");
  const passwords = databaseUsers.map((user) => made.get(`Secret mysql-${user}`)?.stringData);
  assert.equal(new Set(passwords.map((data) => data?.["password"])).size, databaseUsers.length);
  const sql = made.get("Secret mysql-first-start")?.stringData?.["first-start.sql"] ?? "";
  for (const data of passwords)
    assert.match(sql, new RegExp(`'${data?.["username"]}'@.*'${data?.["password"]}'`));
});

test("every server's certificate is for its own names, and the ConfigMap comes last", async () => {
  const made = await applied("");
  const tls = made.get("Secret mysql-tls")?.stringData ?? {};
  const ca = new X509Certificate(made.get("ConfigMap mysql-ca")?.data?.["ca.crt"] ?? "");
  for (const name of ["mysql-0", "mysql-1", "mysql-2"]) {
    const certificate = new X509Certificate(tls[`${name}.crt`] ?? "");
    assert.ok(certificate.checkIssued(ca));
    for (const host of [`${name}.mysql-peers.svclab.svc.cluster.local`, "mysql-primary"])
      assert.equal(certificate.checkHost(host), host);
  }
  assert.equal([...made.keys()].at(-1), "ConfigMap mysql-ca");
});

const sql = firstStartSql({
  ...{ writer: "password-of-writer", reader: "password-of-reader" },
  ...{ replication: "password-of-replication", agent: "password-of-agent" },
});

test("every user must come with TLS, and the agent's from its own Pod", () => {
  const created = sql.split("\n").filter((line) => line.startsWith("CREATE USER"));
  assert.equal(created.length, databaseUsers.length);
  for (const line of created) assert.match(line, / REQUIRE SSL;$/);
  assert.match(sql, /CREATE USER 'agent'@'127\.0\.0\.1'/);
  assert.match(sql, /ALTER USER 'root'@'localhost' .* ACCOUNT LOCK;/);
});

test("nobody has all rights, and the application's users none beside its own tables", () => {
  assert.doesNotMatch(sql, /ALL PRIVILEGES|SUPER|GRANT OPTION|SHUTDOWN/);
  const grants = sql.split("\n").filter((line) => / TO '(writer|reader)'@/.test(line));
  for (const line of grants) assert.match(line, / ON notes\.\* TO /);
  assert.match(sql, /^GRANT SELECT ON notes\.\* TO 'reader'/m);
});

test("a password that would have to be quoted is refused", () => {
  const bad = { writer: "it's-a-password-0", reader: "r", replication: "r", agent: "a" };
  assert.throws(() => firstStartSql(bad), /writer is not plain/);
});
