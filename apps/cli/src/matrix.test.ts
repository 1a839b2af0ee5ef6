import assert from "node:assert/strict";
import { test } from "node:test";
import type { KillMode, MatrixRound } from "@svclab/contracts";
import { chooseKills } from "./choose-claims.ts";
import { nextBlock } from "./matrix.ts";

const rounds = (kill: KillMode, count: number): MatrixRound[] =>
  Array.from({ length: count }, () => {
    return { kill, run: "r", commit: "c", atMs: 1, paths: {}, noticedMs: null, rulesMs: null };
  });

test("the next block is of the kill that has the fewest rounds, never more than are lacking", () => {
  const kills = ["sigkill", "crash"] as const;
  assert.deepEqual(nextBlock([], kills, 20), { kill: "sigkill", rounds: 5 });
  assert.deepEqual(nextBlock(rounds("sigkill", 5), kills, 20), { kill: "crash", rounds: 5 });
  const most = [...rounds("sigkill", 20), ...rounds("crash", 18), ...rounds("hang", 1)];
  assert.deepEqual(nextBlock(most, kills, 20), { kill: "crash", rounds: 2 });
  assert.equal(nextBlock([...most, ...rounds("crash", 2)], kills, 20), null);
});

test("kills are named as they are listed, and one that is unknown is told with the nearest", () => {
  assert.deepEqual(chooseKills(["crash", "sigkill"]), ["sigkill", "crash"]);
  assert.equal(chooseKills([]).length, 14);
  assert.throws(() => chooseKills(["sigkil"]), /sigkill/);
});
