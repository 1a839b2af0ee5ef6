import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event, NotesProbe } from "@svclab/contracts";
import { NotesSession, type Outcome } from "./session.ts";

const probe: NotesProbe = {
  ...{ kind: "notes", path: "notes/sql-1@writer", run: "run", session: "sql-1", way: "sql" },
  ...{ host: "localhost", port: 1, perSecond: 10, timeoutMs: 1_000 },
};
const acknowledged: Outcome = { outcome: "acknowledged", serverUuid: "u", id: "1", why: null };

/** A session whose notes end when the test says so. */
function open(outcome: Outcome = acknowledged) {
  const events: Event[] = [];
  const texts: string[] = [];
  const under: (() => void)[] = [];
  const session = new NotesSession(
    "writer",
    probe,
    (text) => {
      texts.push(text);
      return new Promise((done) => under.push(() => done(outcome)));
    },
    (event) => events.push(event),
  );
  const answer = async () => {
    under.shift()?.();
    await new Promise((done) => setTimeout(done, 60));
  };
  const told = () => events.map((event) => `${event.kind} ${"seq" in event ? event.seq : ""}`);
  return { session, texts, told, answer };
}

test("a note is told before it is sent, and after it was answered", async () => {
  const { session, texts, told, answer } = open();
  session.beat();
  assert.deepEqual(told(), ["note-sent 1"]);
  assert.deepEqual(texts, ["run/sql-1/1"]);
  await answer();
  assert.deepEqual(told(), ["note-sent 1", "note-answered 1"]);
});

test("what was due while a note was under way is sent after it, in order, and none is left out", async () => {
  const { session, texts, answer } = open();
  for (let each = 0; each < 3; each++) session.beat();
  assert.equal(texts.length, 1);
  for (let each = 0; each < 3; each++) await answer();
  assert.deepEqual(texts, ["run/sql-1/1", "run/sql-1/2", "run/sql-1/3"]);
});

test("a refused note is not sent again: the next one is", async () => {
  const { session, texts, answer } = open({ ...acknowledged, outcome: "refused" });
  session.beat();
  session.beat();
  await answer();
  assert.deepEqual(texts, ["run/sql-1/1", "run/sql-1/2"]);
  await answer();
});

test("the end waits for the note under way, and sends nothing that is owed", async () => {
  const { session, texts, told, answer } = open();
  session.beat();
  session.beat();
  let ended = false;
  const ending = session.end().then(() => {
    ended = true;
  });
  await new Promise(setImmediate);
  assert.equal(ended, false);
  await answer();
  await ending;
  session.beat();
  assert.equal(texts.length, 1);
  assert.deepEqual(told(), ["note-sent 1", "note-answered 1"]);
});
