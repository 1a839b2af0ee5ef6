import assert from "node:assert/strict";
import { it } from "node:test";
import { FakeCluster } from "./fake/fake-cluster.ts";
import { follow } from "./follow.ts";
import { kinds } from "./kinds.ts";
import { refOf } from "./object.ts";

const where = { namespace: "here" };
const note = (name: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { namespace: "here", name },
});

/** Follows in a world whose clock moves only when somebody sleeps, by what was slept. */
function following(cluster: FakeCluster) {
  const told: string[] = [];
  const stop = new AbortController();
  const time = { nowMs: 1_000 };
  const names = (objects: readonly { metadata: { name: string } }[]) =>
    objects.map((one) => one.metadata.name).join();
  const sink = {
    listed: (objects: readonly ReturnType<typeof note>[]) => void told.push(`= ${names(objects)}`),
    changed: (change: string, object: ReturnType<typeof note>) =>
      void told.push(`${change} ${object.metadata.name}`),
    blind: (fromMs: number, toMs: number, why: string) =>
      void told.push(`blind ${fromMs}-${toMs}: ${why}`),
  };
  const clock = {
    nowMs: () => time.nowMs,
    sleep: async (ms: number, signal: AbortSignal) => {
      await settle();
      signal.throwIfAborted();
      time.nowMs += ms;
    },
  };
  const done = follow(cluster, kinds.configMap, where, sink, { clock, signal: stop.signal });
  return { told, time, done, stop };
}

/** Lets everything that is ready to run, run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
}

it("tells what is there, then what changes", async () => {
  const cluster = new FakeCluster();
  await cluster.create(note("a"));
  const { told, done, stop } = following(cluster);
  await settle();
  await cluster.create(note("b"));
  await cluster.remove(refOf(note("a")));
  stop.abort();
  await done;
  assert.deepEqual(told, ["= a", "ADDED b", "DELETED a"]);
});

it("goes on where it was when the server ends a watch, and says how long it saw nothing", async () => {
  const cluster = new FakeCluster();
  const { told, done, stop } = following(cluster);
  await settle();
  cluster.endWatches();
  await cluster.create(note("a"));
  await settle();
  await settle();
  stop.abort();
  await done;
  assert.deepEqual(told, ["= ", "blind 1000-1050: the watch of ConfigMap was ended", "ADDED a"]);
});

it("counts a broken watch as blind since the last that was heard of it", async () => {
  const cluster = new FakeCluster();
  const { told, time, done, stop } = following(cluster);
  await settle();
  time.nowMs = 4_000;
  cluster.endWatches(new Error("socket hang up"));
  await settle();
  await settle();
  stop.abort();
  await done;
  assert.deepEqual(told, ["= ", "blind 1000-4050: the watch of ConfigMap broke: socket hang up"]);
});

it("lists again where the version it was at has gone", async () => {
  const cluster = new FakeCluster();
  const { told, done, stop } = following(cluster);
  await settle();
  cluster.endWatches();
  await cluster.create(note("a"));
  cluster.compact();
  for (let turn = 0; turn < 10; turn++) await settle();
  stop.abort();
  await done;
  assert.deepEqual(told.slice(0, 2), ["= ", "= a"]);
  assert.match(told[2] ?? "", /^blind 1000-/);
});

it("says at the end that it is blind, where it still is", async () => {
  const cluster = new FakeCluster();
  const { told, done, stop } = following(cluster);
  await settle();
  cluster.watch = async () => {
    throw new Error("connection refused");
  };
  cluster.endWatches();
  for (let turn = 0; turn < 10; turn++) await settle();
  stop.abort();
  await done;
  assert.match(told.at(-1) ?? "", /^blind 1000-\d+: the watch of ConfigMap was ended$/);
});

it("throws when not even the first list can be had", async () => {
  const cluster = new FakeCluster();
  cluster.list = async () => {
    throw new Error("forbidden");
  };
  await assert.rejects(following(cluster).done, /forbidden/);
});
