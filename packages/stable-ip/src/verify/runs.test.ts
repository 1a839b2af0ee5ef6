import assert from "node:assert/strict";
import { test } from "node:test";
import { eachOfRuns } from "./runs.ts";

const rows: readonly [title: string, text: string, found: readonly number[] | null][] = [
  ["nothing", "", []],
  ["one", "7", [7]],
  ["a run and one", "1-3,5", [1, 2, 3, 5]],
  ["one twice", "1-2,2-3", [1, 2, 2, 3]],
  ["backwards", "3,1-2", [3, 1, 2]],
  ["a run that is cut", "1-", null],
  ["a run that ends before it begins", "5-3", null],
  ["words", "all", null],
];

for (const [title, text, expected] of rows)
  test(`${title}: ${text || "no text"}`, () => {
    const found: number[] = [];
    const ok = eachOfRuns(text, (seq) => found.push(seq));
    assert.deepEqual(ok ? found : null, expected);
  });
