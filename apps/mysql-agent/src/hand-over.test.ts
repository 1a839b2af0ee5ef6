import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeCluster } from "@svclab/cluster/testing";
import type { Member } from "./decide/look.ts";
import { handOver, successorOf } from "./hand-over.ts";
import type { Server } from "./server/server.ts";

const leader: Member = {
  ...{ uuid: "uuid-0", state: "ONLINE", role: "PRIMARY", incarnation: "one", majority: true },
  online: { "mysql-0": "uuid-0", "mysql-2": "uuid-2", "mysql-1": "uuid-1" },
  ...{ executed: new Map(), received: new Map() },
};

const rows: readonly { title: string; member: Member | undefined; next: string | null }[] = [
  { title: "a primary: the first of the others", member: leader, next: "uuid-1" },
  { title: "a secondary", member: { ...leader, role: "SECONDARY" }, next: null },
  { title: "a primary alone", member: { ...leader, online: { "mysql-0": "uuid-0" } }, next: null },
  { title: "a primary without a majority", member: { ...leader, majority: false }, next: null },
  { title: "a server that does not answer", member: undefined, next: null },
];

for (const { title, member, next } of rows)
  test(`${title}: ${next ?? "nobody"} leads next`, () => {
    assert.equal(successorOf("mysql-0", member), next);
  });

for (const [deleted, asked] of [
  [false, 0],
  [true, 1],
] as const)
  test(`a Pod that is ${deleted ? "" : "not "}being deleted asks ${asked} times for a successor`, async () => {
    const cluster = new FakeCluster();
    const deletion = deleted ? { deletionTimestamp: "2026-01-02T03:04:05Z" } : {};
    const metadata = { name: "mysql-0", namespace: "svclab", ...deletion };
    await cluster.create({ apiVersion: "v1", kind: "Pod", metadata });
    const statements: unknown[] = [];
    const server = {
      query: async (sql: string, _limitMs: number, values: unknown) => {
        statements.push([sql, values]);
        return [];
      },
    } as unknown as Server;
    const place = { cluster, namespace: "svclab", self: "mysql-0", server };
    await handOver({ ...place, member: () => leader });
    assert.equal(statements.length, asked);
    if (deleted)
      assert.match(JSON.stringify(statements), /set_as_primary\(\?, \?\)",\["uuid-1",5\]/);
  });
