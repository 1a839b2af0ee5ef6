import assert from "node:assert/strict";
import { it } from "node:test";
import { ToolError } from "@svclab/contracts";
import { NodeTrouble } from "./api-error.ts";
import { FakeCluster } from "./fake/fake-cluster.ts";
import { followLog } from "./follow-log.ts";

const pod = { namespace: "here", name: "talker" };
const clock = { nowMs: () => 0, sleep: async () => {} };
const signal = new AbortController().signal;
const written = [
  ["01.000000000Z", "a"],
  ["02.000000000Z", "b"],
  ["02.000000000Z", "c"],
  ["02.000000000Z", "d"],
  ["03.000000000Z", "e"],
] as const;

/** Each stream tells what was written so far, from the whole second of `since` on, then ends. */
function talking(lengths: readonly number[]) {
  const cluster = new FakeCluster();
  let stream = 0;
  const asked: (string | undefined)[] = [];
  cluster.pods = {
    answer: () => ({ status: 404, body: "" }),
    log: async (_, wish, onLine) => {
      asked.push(wish.since);
      const from = wish.since?.slice(0, 2) ?? "";
      for (const [at, text] of written.slice(0, lengths[stream++])) {
        if (at.slice(0, 2) >= from) onLine(at, text);
      }
    },
  };
  return { cluster, asked, isRunning: async () => stream < lengths.length - 1 };
}

for (const [title, lengths] of [
  ["tells every line of an unbroken stream once", [5]],
  ["takes up a stream that broke between lines of one time", [3, 5]],
  ["takes up a stream that broke more than once", [1, 2, 4, 5]],
] as const) {
  it(title, async () => {
    const { cluster, isRunning } = talking(lengths);
    const lines: string[] = [];
    const line = (text: string) => void lines.push(text);
    await followLog(cluster, pod, { isRunning, line }, { clock, signal });
    assert.equal(lines.join(""), "abcde");
  });
}

it("reads again and again where the node cannot follow", async () => {
  const cluster = new FakeCluster();
  const lengths = [2, 2, 4, 5];
  let reads = 0;
  const follows: boolean[] = [];
  cluster.pods = {
    answer: () => ({ status: 404, body: "" }),
    log: async (_, wish, onLine) => {
      follows.push(wish.follow);
      for (const [at, text] of written.slice(0, lengths[reads++])) onLine(at, text);
      if (wish.follow) throw new NodeTrouble("failed to create fsnotify watcher");
    },
  };
  const lines: string[] = [];
  const line = (text: string) => void lines.push(text);
  const isRunning = async () => reads < lengths.length - 1;
  await followLog(cluster, pod, { isRunning, line }, { clock, signal });
  assert.equal(lines.join(""), "abcde");
  assert.deepEqual(follows, [true, false, false, false]);
});

it("gives up where the log cannot be had", async () => {
  const cluster = new FakeCluster();
  cluster.log = async () => {
    throw new Error("no such container");
  };
  const follower = { isRunning: async () => true, line: () => {} };
  await assert.rejects(followLog(cluster, pod, follower, { clock, signal }), /no such container/);
});

/** An API server that is away for so long, on a clock that only sleeping moves. */
function awayFor(awayMs: number) {
  const { cluster, isRunning } = talking([2, 5]);
  let nowMs = 0;
  const sleep = async (ms: number) => {
    nowMs += ms;
  };
  const lines: string[] = [];
  const follower = {
    isRunning: async () => {
      if (nowMs > 0 && nowMs < awayMs)
        throw new ToolError({
          ...{ code: "cluster-unreachable", expected: "an API server", found: "ECONNREFUSED" },
          todo: "wait",
        });
      return isRunning();
    },
    line: (text: string) => void lines.push(text),
  };
  const ended = followLog(cluster, pod, follower, {
    clock: { nowMs: () => nowMs, sleep },
    signal,
  });
  return { ended, lines };
}

it("takes up a stream that breaks for the first time after a long time", async () => {
  const { cluster, isRunning } = talking([2, 5]);
  let nowMs = 0;
  const tell = cluster.pods?.log ?? assert.fail();
  const log: typeof tell = async (...asked) => {
    await tell(...asked);
    if (nowMs > 0) return;
    nowMs = 500_000;
    throw new ToolError({
      ...{ code: "cluster-unreachable", expected: "an API server", found: "ECONNRESET" },
      todo: "wait",
    });
  };
  cluster.pods = { answer: () => ({ status: 404, body: "" }), log };
  const lines: string[] = [];
  const follower = { isRunning, line: (text: string) => void lines.push(text) };
  const late = { nowMs: () => nowMs, sleep: async () => {} };
  await followLog(cluster, pod, follower, { clock: late, signal });
  assert.equal(lines.join(""), "abcde");
});

it("waits through an outage of the API server of a minute, and not for ever", async () => {
  const { ended, lines } = awayFor(70_000);
  await ended;
  assert.equal(lines.join(""), "abcde");
  await assert.rejects(awayFor(200_000).ended, /ECONNREFUSED/);
});
