import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds } from "@svclab/cluster";
import { FakeCluster } from "@svclab/cluster/testing";
import type { Member } from "./decide/look.ts";
import { RoleLabels, roleLabel } from "./label-roles.ts";
import { limits } from "./limits.ts";

const namespace = "svclab";
const pods = ["mysql-0", "mysql-1", "mysql-2"];
const signal = new AbortController().signal;
const primary: Member = {
  ...{ uuid: "u0", state: "ONLINE", role: "PRIMARY", incarnation: "17", majority: true },
  ...{ online: {}, executed: new Map(), received: new Map() },
};

async function labelled(primaryBefore: string | null) {
  const cluster = new FakeCluster();
  const make = (name: string, role: string) =>
    cluster.create({
      ...{ apiVersion: "v1", kind: "Pod" },
      metadata: { name, namespace, labels: { [roleLabel]: role, other: "kept" } },
    });
  for (const pod of pods) await make(pod, pod === primaryBefore ? "primary" : "secondary");
  const roles = async () => {
    const found = pods.map((name) => cluster.get(kinds.pod, { namespace, name }));
    return (await Promise.all(found)).map((pod) => pod?.metadata.labels?.[roleLabel]);
  };
  const labels = new RoleLabels(cluster, namespace, pods);
  /** As its agent does, once it leads. */
  const lead = async (fromMs = 0) => {
    await labels.follow("mysql-0", primary, fromMs, signal);
    await labels.follow("mysql-0", primary, fromMs, signal);
  };
  return { cluster, make, roles, labels, lead };
}

test("the new primary's agent puts its own label on, and at the next look takes it off who had it", async () => {
  const { labels, roles } = await labelled("mysql-2");
  await labels.follow("mysql-0", primary, 0, signal);
  assert.deepEqual(await roles(), ["primary", "secondary", "primary"]);
  await labels.follow("mysql-0", primary, limits.lookEveryMs, signal);
  assert.deepEqual(await roles(), ["primary", "secondary", "secondary"]);
});

test("who leads again, in another group, labels its own Pod first again", async () => {
  const { cluster, labels, lead, roles } = await labelled("mysql-2");
  await lead();
  await cluster.patch(podNamed("mysql-2"), "merge", {
    metadata: { labels: { [roleLabel]: "primary" } },
  });
  await labels.follow("mysql-0", { ...primary, incarnation: "18" }, 300, signal);
  assert.deepEqual(await roles(), ["primary", "secondary", "primary"]);
});

const podNamed = (name: string) => ({ ...kinds.pod, namespace, name });

const silent: readonly [string, Partial<Member>][] = [
  ["a secondary", { role: "SECONDARY" }],
  ["a primary that sees no majority", { majority: false }],
  ["a primary that is not ONLINE any more", { state: "ERROR" }],
];
for (const [who, over] of silent)
  test(`${who} changes no label`, async () => {
    const { labels, roles } = await labelled("mysql-2");
    await labels.follow("mysql-0", { ...primary, ...over }, 0, signal);
    assert.deepEqual(await roles(), ["secondary", "secondary", "primary"]);
  });

test("a Pod that is made anew, or labelled by somebody else, is put right within the interval", async () => {
  const { cluster, labels, lead, make, roles } = await labelled(null);
  await lead();
  cluster.vanish(podNamed("mysql-0"));
  await make("mysql-0", "secondary");
  const dueMs = limits.labelsEveryMs;
  await labels.follow("mysql-0", primary, dueMs - 1, signal);
  assert.deepEqual(await roles(), ["secondary", "secondary", "secondary"], "not looked at yet");
  await labels.follow("mysql-0", primary, dueMs, signal);
  assert.deepEqual(await roles(), ["primary", "secondary", "secondary"]);
});

test("a Pod that is gone is passed over", async () => {
  const { cluster, lead, roles } = await labelled("mysql-2");
  cluster.vanish(podNamed("mysql-2"));
  await lead();
  assert.deepEqual(await roles(), ["primary", "secondary", undefined]);
});

test("a change that the API server refuses is told, and tried again at the next look", async () => {
  const { cluster, labels, lead, roles } = await labelled("mysql-2");
  const patch = cluster.patch.bind(cluster);
  cluster.patch = async () => {
    throw new Error("refused");
  };
  await assert.rejects(labels.follow("mysql-0", primary, 0, signal), /refused/);
  cluster.patch = patch;
  await lead(1);
  assert.deepEqual(await roles(), ["primary", "secondary", "secondary"]);
});
