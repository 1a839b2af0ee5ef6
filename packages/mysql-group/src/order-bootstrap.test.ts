import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeCluster } from "@svclab/cluster/testing";
import { type GroupRecord, noGroupYet } from "@svclab/contracts";
import { databasePods } from "./database-pods.ts";
import { GroupStore } from "./group-store.ts";
import { orderBootstrap } from "./order-bootstrap.ts";

const where = { namespace: "svclab", name: "mysql-group" };
const group = "99999999-9999-9999-9999-999999999999";

async function storeWith(record: GroupRecord | null): Promise<GroupStore> {
  const cluster = new FakeCluster();
  const data = record === null ? {} : { data: { record: JSON.stringify(record) } };
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: where, ...data };
  await cluster.create(object);
  return new GroupStore(cluster, where);
}

const said = (executed: string) => ({ uuid: "u", executed: `${group}:${executed}`, received: "" });
const standing: GroupRecord = {
  ...noGroupYet,
  epoch: 4,
  stopped: { "mysql-1": said("1-9"), "mysql-2": said("1-12") },
};

test("an order is for this epoch, and tells what each other member has that the leader lacks", async () => {
  const store = await storeWith(standing);
  const { losses } = await orderBootstrap(store, databasePods, "mysql-1");
  assert.deepEqual(losses, [
    { pod: "mysql-0", transactions: null },
    { pod: "mysql-2", transactions: `${group}:10-12` },
  ]);
  assert.deepEqual((await store.read()).record.order, { from: "mysql-1", epoch: 4 });
});

test("a member that has not said that it is stopped cannot be told to begin", async () => {
  const store = await storeWith(standing);
  await assert.rejects(orderBootstrap(store, databasePods, "mysql-0"), {
    code: "order-impossible",
    found: "stopped are: mysql-1, mysql-2",
  });
  assert.equal((await store.read()).record.order, null);
});

test("a record without data is one of no group", async () => {
  assert.deepEqual((await (await storeWith(null)).read()).record, noGroupYet);
});

test("of two who write on the same version, the second is told that it came too late", async () => {
  const store = await storeWith(null);
  const { record, version } = await store.read();
  assert.equal(await store.write({ ...record, epoch: 1 }, version), true);
  assert.equal(await store.write({ ...record, epoch: 2 }, version), false);
  assert.equal((await store.read()).record.epoch, 1);
});

test("without the ConfigMap it says what makes one", async () => {
  const store = new GroupStore(new FakeCluster(), where);
  await assert.rejects(store.read(), { code: "group-record-missing" });
});
