import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Event } from "@svclab/contracts";
import { HistoryLines } from "../history/jsonl.ts";
import { HistoryFile } from "./history-file.ts";

const steady: Event = { atMs: 1, from: "watch", kind: "steady" };
const ended: Event = { atMs: 2, from: "watch", kind: "run-ended", complete: true };

/** As a history that holds only these would have them. */
const linesOf = (events: readonly Event[]) => {
  const written = new HistoryLines();
  return events.map((event) => written.next(event)).join("");
};

function place(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "history-"));
  t.after(() => rmSync(directory, { recursive: true }));
  return join(directory, "history.jsonl");
}

it("tells each event at once, and has it on disk soon after", async (t) => {
  const path = place(t);
  const file = new HistoryFile(path);
  const told: Event[] = [];
  file.onEvent((event) => told.push(event));
  file.write(steady);
  assert.deepEqual(told, [steady]);
  while (readFileSync(path, "utf8") === "") await sleep(1);
  assert.equal(readFileSync(path, "utf8"), linesOf([steady]));
  await file.close();
});

it("has all of it on disk, in order, when it is closed", async (t) => {
  const path = place(t);
  const file = new HistoryFile(path);
  const many = Array.from({ length: 20_000 }, (_, atMs) => ({ ...steady, atMs }));
  for (const event of many) file.write(event);
  await file.close();
  assert.equal(readFileSync(path, "utf8"), linesOf(many));
});

it("takes nothing after its last line", async (t) => {
  const path = place(t);
  const file = new HistoryFile(path);
  file.end(ended);
  file.write(steady);
  await file.close();
  assert.equal(readFileSync(path, "utf8"), linesOf([ended]));
});

it("never writes over a history", async (t) => {
  const path = place(t);
  await new HistoryFile(path).close();
  assert.throws(() => new HistoryFile(path), { code: "EEXIST" });
});
