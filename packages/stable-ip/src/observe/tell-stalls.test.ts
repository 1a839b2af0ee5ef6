import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "./clock.ts";
import type { Fact } from "./fact.ts";
import { tellStalls } from "./tell-stalls.ts";

test("a stretch in which nothing was read is told of, and that nothing was lost in it", async () => {
  const told: { fact: Fact; atMs: number | undefined }[] = [];
  const until = new AbortController();
  // How long each look takes: two in time, one that stood still, one in time.
  const looks = [50, 240, 360, 50];
  let nowMs = 1_000;
  const clock: Clock = {
    nowMs: () => nowMs,
    sleep: async () => {
      nowMs += looks.shift() ?? 0;
      if (looks.length === 0) until.abort();
    },
  };
  await tellStalls(200, (fact, atMs) => told.push({ fact, atMs }), { clock, signal: until.signal });
  const why = "the event loop of the watch stood still";
  assert.deepEqual(told, [{ fact: { kind: "blind", forMs: 360, why, late: true }, atMs: 1_650 }]);
});
