import assert from "node:assert/strict";
import { it } from "node:test";
import { compareClocks } from "./compare-clocks.ts";

it("takes the quickest of its attempts, and half its round trip as what it cannot know", async () => {
  let nowMs = 0;
  let asked = 0;
  const clock = { nowMs: () => nowMs, sleep: async () => {} };
  const fact = await compareClocks(clock, "prober@worker", async () => {
    // There quickly and back slowly, so that the middle is off, by less than is said.
    const [thereMs, backMs] = ++asked === 7 ? [1, 3] : [10, 30];
    nowMs += thereMs;
    const theirsMs = nowMs + 500;
    nowMs += backMs;
    return theirsMs;
  });
  assert.equal(asked, 20);
  assert.deepEqual(fact, {
    kind: "clock",
    recorder: "prober@worker",
    offsetMs: 499,
    uncertaintyMs: 2,
  });
});
