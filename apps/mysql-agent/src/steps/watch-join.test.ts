import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../limits.ts";
import { watchJoin } from "./watch-join.ts";

interface Row {
  readonly title: string;
  /** When a group is seen to live. */
  readonly lives: (atMs: number) => boolean;
  readonly joinedAtMs: number;
  readonly restarts: number;
}

const rows: readonly Row[] = [
  {
    title: "a join that gets there is left alone",
    lives: () => true,
    joinedAtMs: 50_000,
    restarts: 0,
  },
  {
    title: "a group that is gone is not waited for",
    lives: () => false,
    joinedAtMs: 60_000,
    restarts: 1,
  },
  {
    title: "a group that is not seen for a moment is",
    lives: (atMs) => atMs % 2_000 < 500,
    joinedAtMs: 20_000,
    restarts: 0,
  },
  {
    title: "a group that goes while it is being joined is not",
    lives: (atMs) => atMs < 10_000,
    joinedAtMs: 60_000,
    restarts: 1,
  },
  {
    title: "a join that fails at once needs no restart",
    lives: () => false,
    joinedAtMs: 0,
    restarts: 0,
  },
];

for (const { title, lives, joinedAtMs, restarts } of rows)
  test(title, async () => {
    let atMs = 0;
    let restarted = 0;
    const joined = Promise.withResolvers<void>();
    await watchJoin(joined.promise, {
      lives: async () => lives(atMs),
      restart: async () => {
        restarted += 1;
        joined.resolve();
      },
      nowMs: () => atMs,
      sleep: async (ms) => {
        atMs += ms;
        if (atMs > joinedAtMs) joined.resolve();
        await Promise.resolve();
      },
    });
    assert.equal(restarted, restarts);
    if (restarts > 0) assert.ok(atMs <= 10_000 + 2 * limits.hopelessMs, `${atMs} ms`);
  });

test("the failure of the join is what is told", async () => {
  const watch = {
    lives: async () => true,
    restart: async () => assert.fail("there is nothing to restart for"),
    nowMs: () => 0,
    sleep: async () => undefined,
  };
  await assert.rejects(watchJoin(Promise.reject(new Error("refused")), watch), /refused/);
});
