import assert from "node:assert/strict";
import { test } from "node:test";
import { Runs } from "./runs.ts";
import { outcomeOf } from "./write-by-sql.ts";

const said = (errno: number) => ({ errno, sqlState: "HY000" });

const rows: readonly [title: string, error: unknown, commitSent: boolean, outcome: string][] = [
  ["no connection", { code: "ECONNREFUSED", errno: -111 }, false, "refused"],
  ["lost before COMMIT was sent", { code: "PROTOCOL_CONNECTION_LOST" }, false, "refused"],
  ["refused by the server before COMMIT was sent", said(1062), false, "refused"],
  ["lost after COMMIT was sent", { code: "PROTOCOL_CONNECTION_LOST" }, true, "unknown"],
  ["late after COMMIT was sent", new Error("no answer in time"), true, "unknown"],
  ["COMMIT on a server that is read-only (1290)", said(1290), true, "refused"],
  ["COMMIT in a read-only transaction (1792)", said(1792), true, "refused"],
  ["COMMIT in read-only mode (1836)", said(1836), true, "refused"],
  ["COMMIT that the group's hook failed (3100)", said(3100), true, "unknown"],
  ["COMMIT that was rolled back by the group (3101)", said(3101), true, "unknown"],
  ["a number that is the system's, not the server's", { errno: 1290 }, true, "unknown"],
];

for (const [title, error, commitSent, outcome] of rows)
  test(`${title}: ${outcome}`, () => assert.equal(outcomeOf(error, commitSent), outcome));

const runs: readonly [string, readonly number[], string][] = [
  ["none", [], ""],
  ["in order", [1, 2, 3], "1-3"],
  ["a gap", [1, 2, 5], "1-2,5"],
  ["one twice", [1, 2, 2, 3], "1-2,2-3"],
  ["out of order", [3, 1, 2], "3,1-2"],
];

for (const [title, seqs, text] of runs)
  test(`rows as runs, ${title}: ${text}`, () => {
    const told = new Runs();
    for (const seq of seqs) told.add(seq);
    assert.equal(told.text, text);
  });
