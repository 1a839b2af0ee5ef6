import assert from "node:assert/strict";
import { it } from "node:test";
import { withRemovals } from "./removals.ts";

it("undoes the last first, after the body", async () => {
  const done: string[] = [];
  const result = await withRemovals(
    async (removals) => {
      removals.add("a", async () => done.push("a"));
      removals.add("b", async () => done.push("b"));
      done.push("body");
      return 7;
    },
    () => {},
  );
  assert.equal(result, 7);
  assert.deepEqual(done, ["body", "b", "a"]);
});

it("undoes everything and throws the body's error, whatever fails besides", async () => {
  const done: string[] = [];
  const told: string[] = [];
  const first = new Error("the first");
  const run = withRemovals(
    async (removals) => {
      removals.add("a", async () => done.push("a"));
      removals.add("b", async () => {
        throw new Error("stuck");
      });
      throw first;
    },
    (line) => told.push(line),
  );
  await assert.rejects(run, (error) => error === first);
  assert.deepEqual(done, ["a"]);
  assert.deepEqual(told, ["not undone: b: Error: stuck"]);
});

it("fails when the body was well and something was left behind", async () => {
  const run = withRemovals(
    async (removals) => {
      removals.add("a", async () => {
        throw new Error("stuck");
      });
    },
    () => {},
  );
  await assert.rejects(run, /left something behind/);
});

it("does not undo what was undone in the ordinary way", async () => {
  const done: string[] = [];
  await withRemovals(
    async (removals) => removals.add("a", async () => done.push("a"))(),
    () => {},
  );
  assert.deepEqual(done, []);
});
