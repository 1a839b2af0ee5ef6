import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it, type TestContext } from "node:test";
import type { Event } from "@svclab/contracts";
import { HistoryFile } from "./history-file.ts";

const steady: Event = { atMs: 1, from: "watch", kind: "steady" };
const ended: Event = { atMs: 2, from: "watch", kind: "run-ended", complete: true };

function place(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "history-"));
  t.after(() => rmSync(directory, { recursive: true }));
  return join(directory, "history.jsonl");
}

it("has each event on disk when it was written, and tells it then", (t) => {
  const path = place(t);
  const file = new HistoryFile(path);
  const told: Event[] = [];
  file.onEvent((event) => told.push(event));
  file.write(steady);
  assert.equal(readFileSync(path, "utf8"), `${JSON.stringify(steady)}\n`);
  assert.deepEqual(told, [steady]);
  file.close();
});

it("takes nothing after its last line", (t) => {
  const path = place(t);
  const file = new HistoryFile(path);
  file.end(ended);
  file.write(steady);
  file.close();
  assert.equal(readFileSync(path, "utf8"), `${JSON.stringify(ended)}\n`);
});

it("never writes over a history", (t) => {
  const path = place(t);
  new HistoryFile(path).close();
  assert.throws(() => new HistoryFile(path), { code: "EEXIST" });
});
