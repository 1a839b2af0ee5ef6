import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { NoteAnswer, NoteProblem, NotesAnswer, noteHeaders, noteProblem } from "@svclab/contracts";
import { type ApiOnMysql, openApiOnMysql } from "./lab/api-on-mysql.ts";
import { eventually } from "./lab/eventually.ts";
import { gtidOf, type NoteClient } from "./lab/note-client.ts";

let there: ApiOnMysql;
let api: NoteClient;

before(async () => {
  there = await openApiOnMysql("svclab.test=notes");
  api = there.api;
});

after(() => there?.close());

test("before the first note there are none, and reading makes no table", async () => {
  assert.deepEqual((await list()).notes, []);
  assert.equal((await api.ask("GET", "/notes/1")).status, 404);
});

test("the first notes make the tables, though eight come at once", async () => {
  const all = await Promise.all(Array.from({ length: 8 }, (_, at) => api.post(`first ${at}`)));
  assert.deepEqual(
    all.map(({ status }) => status),
    all.map(() => 201),
  );
  assert.equal(await there.rows("text LIKE 'first %'"), 8);
});

test("a note is written, read, listed and removed, and each answer names its member", async () => {
  const posted = await api.post("a note");
  assert.equal(posted.status, 201);
  const { note, member } = NoteAnswer.parse(await posted.json());
  assert.equal(note.text, "a note");
  assert.ok(Math.abs(Date.parse(note.createdAt) - Date.now()) < 60_000, note.createdAt);
  assert.deepEqual([member.pod, member.through], ["mysql-0", "mysql-primary"]);
  assert.equal(posted.headers.get(noteHeaders.member), "mysql-0");
  assert.equal(posted.headers.get("location"), `/notes/${note.id}`);

  const gtid = gtidOf(posted);
  const one = await api.ask("GET", `/notes/${note.id}`, { [noteHeaders.gtid]: gtid });
  assert.deepEqual(NoteAnswer.parse(await one.json()).note, note);
  await api.post("a newer note");
  const newest = await list("?limit=1");
  assert.deepEqual(
    newest.notes.map(({ text }) => text),
    ["a newer note"],
  );
  const older = await list(`?before=${newest.notes[0]?.id}`);
  assert.deepEqual(older.notes[0], note);

  for (const time of ["first", "second"]) {
    const removed = await api.ask("DELETE", `/notes/${note.id}`);
    assert.equal(removed.status, 204, time);
    assert.equal(removed.headers.get(noteHeaders.member), "mysql-0");
    const after = { [noteHeaders.gtid]: gtidOf(removed) };
    assert.equal((await api.ask("GET", `/notes/${note.id}`, after)).status, 404, time);
  }
});

const kept = [
  ["SQL", `'); DROP TABLE notes; -- \\' \\" ? %s \${x}`],
  ["a zero byte, a line's end and spaces at the end", "a\0b\r\n  "],
  ["a thousand characters of four bytes", "\u{1f600}".repeat(1_000)],
] as const;
for (const [what, text] of kept)
  test(`a text with ${what} comes back as it was`, async () => {
    const posted = await api.post(text);
    assert.equal(posted.status, 201);
    const { note } = NoteAnswer.parse(await posted.json());
    const after = { [noteHeaders.gtid]: gtidOf(posted) };
    const read = await api.ask("GET", `/notes/${note.id}`, after);
    assert.equal(NoteAnswer.parse(await read.json()).note.text, text);
  });

const refused = [
  ["too long", JSON.stringify({ text: "a".repeat(1_001) })],
  ["not UTF-8", Buffer.from('{"text":"\xff"}', "latin1")],
  ["half of a surrogate pair", '{"text":"\\ud83d"}'],
] as const;
for (const [what, body] of refused)
  test(`a text that is ${what} is refused, and nothing is stored`, async () => {
    const count = await there.rows("TRUE");
    assert.equal((await api.postBody(body)).status, 400);
    assert.equal(await there.rows("TRUE"), count);
  });

test("a row that was added by SQL is a note, and its time is the server's", async () => {
  await there.primary.query("writer", "INSERT INTO notes.notes (text) VALUES ('by hand')");
  const id = await eventually(5_000, async () => {
    const found = (await list()).notes.find(({ text }) => text === "by hand");
    assert.ok(found !== undefined);
    assert.ok(Math.abs(Date.parse(found.createdAt) - Date.now()) < 60_000, found.createdAt);
    return found.id;
  });
  assert.match(id, /^\d+$/);
});

test("an id beyond what JSON's numbers hold is told as it is", async () => {
  const id = "9007199254740993123";
  const sql = `INSERT INTO notes.notes (id, text) VALUES (${id}, 'far');`;
  await there.primary.query("writer", sql);
  const far = { [noteHeaders.gtid]: await executed() };
  const read = await api.ask("GET", `/notes/${id}`, far);
  assert.equal(NoteAnswer.parse(await read.json()).note.id, id);
  const { note } = NoteAnswer.parse(await (await api.post("after the far one")).json());
  assert.equal(note.id, String(BigInt(id) + 1n));
  const next = { [noteHeaders.gtid]: await executed() };
  const [above] = NotesAnswer.parse(
    await (await api.ask("GET", "/notes?limit=1", next)).json(),
  ).notes;
  assert.equal(above?.id, note.id);
});

test("the same key is done once, also after its note was removed", async () => {
  const key = { [noteHeaders.idempotencyKey]: "once" };
  const first = await api.post("once", key);
  const { note } = NoteAnswer.parse(await first.json());
  assert.equal(first.headers.get(noteHeaders.replayed), null);
  for (const given of ["once", '"once"']) {
    const again = await api.post("once", { [noteHeaders.idempotencyKey]: given });
    assert.equal(again.status, 200);
    assert.equal(again.headers.get(noteHeaders.replayed), "true");
    assert.deepEqual(NoteAnswer.parse(await again.json()).note, note);
    assert.notEqual(gtidOf(again), gtidOf(first));
  }
  await api.ask("DELETE", `/notes/${note.id}`);
  assert.equal((await api.post("once", key)).status, 200);
  assert.equal(await there.rows("text = 'once'"), 0);
  const other = await api.post("another text", key);
  assert.equal(other.status, 422);
  assert.equal(other.headers.get(noteHeaders.member), "mysql-0");
  assert.equal(await there.rows("text = 'another text'"), 0);
});

test("a key that the server made is told, and is good to ask again with", async () => {
  const first = await api.post("with the server's key");
  const made = first.headers.get(noteHeaders.idempotencyKey) ?? "";
  const again = await api.post("with the server's key", { [noteHeaders.idempotencyKey]: made });
  assert.equal(again.status, 200);
  assert.equal(await there.rows("text = 'with the server\\'s key'"), 1);
});

test("of ten with one key at once, one writes and the others say so or that it is under way", async () => {
  const key = { [noteHeaders.idempotencyKey]: "ten" };
  const all = await Promise.all(Array.from({ length: 10 }, () => api.post("ten", key)));
  const statuses = all.map(({ status }) => status);
  assert.equal(statuses.filter((status) => status === 201).length, 1, `${statuses}`);
  assert.ok(
    statuses.every((status) => [200, 201, 409].includes(status)),
    `${statuses}`,
  );
  assert.equal(await there.rows("text = 'ten'"), 1);
});

test("a key that another connection holds is in progress, and free once that one is gone", async () => {
  const held = there.primary.query(
    "writer",
    `START TRANSACTION;
     INSERT INTO notes.note_keys (idempotency_key, text_hash, created_at) VALUES ('held', '', NOW());
     DO SLEEP(4); ROLLBACK;`,
  );
  await sleep(1_000);
  const key = { [noteHeaders.idempotencyKey]: "held" };
  const answer = await api.post("held", key);
  assert.equal(answer.status, 409);
  assert.equal(answer.headers.get("retry-after"), "1");
  await held;
  assert.equal((await api.post("held", key)).status, 201);
});

test("a session reads its own write while the member it reads from lags", async () => {
  await there.secondary.query("agent", "STOP REPLICA SQL_THREAD;");
  let after: Record<string, string>;
  let path: string;
  try {
    const posted = await api.post("not there yet");
    after = { [noteHeaders.gtid]: gtidOf(posted) };
    path = `/notes/${NoteAnswer.parse(await posted.json()).note.id}`;
    const stale = await api.ask("GET", path);
    assert.equal(stale.status, 404, "who asks for nothing may read the past");
    assert.equal(stale.headers.get(noteHeaders.member), "mysql-1");
    const read = await api.ask("GET", path, after);
    assert.equal(read.status, 200);
    const { member } = NoteAnswer.parse(await read.json());
    assert.deepEqual([member.pod, member.through], ["mysql-0", "mysql-primary"]);
    assert.equal(read.headers.get(noteHeaders.member), "mysql-0");
  } finally {
    await there.secondary.query("agent", "START REPLICA SQL_THREAD;");
  }
  await eventually(10_000, async () => {
    const { member } = NoteAnswer.parse(await (await api.ask("GET", path, after)).json());
    assert.deepEqual([member.pod, member.through], ["mysql-1", "mysql-read"]);
  });
});

test("what nobody has executed is not passed off as read", async () => {
  const [uuid] = (await executed()).split(":");
  const answer = await api.ask("GET", "/notes", { [noteHeaders.gtid]: `${uuid}:999999999` });
  assert.equal(answer.status, 503);
  assert.equal(NoteProblem.parse(await answer.json()).type, noteProblem.notExecuted);
});

test("a set of the right form that is none to MySQL is the client's mistake", async () => {
  const [uuid] = (await executed()).split(":");
  const answer = await api.ask("GET", "/notes", {
    [noteHeaders.gtid]: `${uuid}:9999999999999999999`,
  });
  assert.equal(answer.status, 400, await answer.text());
});

async function list(query = ""): Promise<NotesAnswer> {
  const set = await executed();
  const after: Record<string, string> = set === "" ? {} : { [noteHeaders.gtid]: set };
  return NotesAnswer.parse(await (await api.ask("GET", `/notes${query}`, after)).json());
}

/** All that the primary has executed, as a header takes it. */
async function executed(): Promise<string> {
  const [set = ""] = await there.primary.query("writer", "SELECT @@GLOBAL.gtid_executed;");
  return set.replaceAll("\\n", "");
}
