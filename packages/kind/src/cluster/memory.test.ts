import assert from "node:assert/strict";
import { test } from "node:test";
import { proportionalBytes } from "./memory.ts";

const smaps = (pss: string) => `55d0-7ffd ---p 00000000 00:00 0 [rollup]
Rss:                5120 kB
Pss:                ${pss}
Pss_Dirty:          1024 kB
SwapPss:               9 kB
`;

test("what processes share counts once: their proportional parts are added up", () => {
  assert.equal(proportionalBytes(`${smaps("2000 kB")}${smaps(" 500 kB")}`), 2500 * 1024);
});

test("of a process that has ended nothing is read, and nothing counts", () => {
  assert.equal(proportionalBytes(""), 0);
});
