import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { NoteProblem, noteHeaders, noteProblem } from "@svclab/contracts";
import { makeCertificates } from "@svclab/kind";
import { type ApiOnMysql, openApiOnMysql } from "./lab/api-on-mysql.ts";
import { eventually } from "./lab/eventually.ts";
import { assertNothingWritten, type NoteClient, toldBy } from "./lab/note-client.ts";

/** As apps/api/src/database/limits.ts has them: a commit's, and a write's before it. */
const commitMs = 7_000;
const answeredMs = 4_000 + commitMs;
const ageMs = 30_000;
const idleMs = 10_000;
/** A server that was killed is back within this. */
const backMs = 60_000;

const open = 'database_connections{pool="mysql-primary",member="mysql-0"}';
const opened = 'database_connections_opened_total{pool="mysql-primary",member="mysql-0"}';

let there: ApiOnMysql;
let api: NoteClient;

before(async () => {
  there = await openApiOnMysql("svclab.test=notes-faults");
  api = there.api;
});

after(() => there?.close());

test("a primary that became read-only is told from one that is away, and all its connections go", async () => {
  const several = await Promise.all(Array.from({ length: 8 }, () => api.post("before")));
  assert.ok(several.every(({ status }) => status === 201));
  assert.ok((await api.figure(open)) > 1, "more than the one that meets it");
  await there.primary.query("agent", "SET GLOBAL super_read_only = ON;");
  try {
    const answer = await api.post("to a read-only one");
    assertNothingWritten(await toldBy(answer), /ER_OPTION_PREVENTS_STATEMENT/);
    assert.equal(answer.headers.get("retry-after"), "1");
    assert.equal(answer.headers.get(noteHeaders.member), "mysql-0");
    assert.equal(await api.figure(open), 0);
  } finally {
    await there.primary.query("agent", "SET GLOBAL read_only = OFF;");
  }
  assert.equal((await api.post("after")).status, 201);
  assert.equal(await there.rows("text = 'to a read-only one'"), 0);
  const demoted = 'database_failures_total{pool="mysql-primary",kind="demoted"}';
  assert.equal(await api.figure(demoted), 1);
});

test("a COMMIT that meets a read-only server is refused by 1290, and its row is not there", async () => {
  const sql = `START TRANSACTION; INSERT INTO notes.notes (text) VALUES ('committed too late');
    DO SLEEP(2); COMMIT;`;
  const refused = assert.rejects(there.primary.query("writer", sql), /ERROR 1290 .*at line 2/);
  await sleep(1_000);
  await there.primary.query("agent", "SET GLOBAL super_read_only = ON;");
  try {
    await refused;
  } finally {
    await there.primary.query("agent", "SET GLOBAL read_only = OFF;");
  }
  assert.equal(await there.rows("text = 'committed too late'"), 0);
});

for (const then of ["goes on", "is killed"] as const)
  test(`a server that stands still in mid-commit and then ${then}: unknown, and done once`, async () => {
    const text = `in mid-commit, then it ${then}`;
    const key = { [noteHeaders.idempotencyKey]: text.replace(/[ ,]+/g, "-") };
    // The commit takes 1 s, so that half a second later it is under way for certain.
    await there.primary.query("agent", "SET GLOBAL binlog_group_commit_sync_delay = 1000000;");
    const began = performance.now();
    const answering = api.post(text, key);
    try {
      await sleep(500);
      await there.primary.signal("STOP");
      const answer = await answering;
      assert.equal(answer.status, 504);
      const problem = NoteProblem.parse(await answer.json());
      assert.equal(problem.type, noteProblem.outcomeUnknown);
      assert.equal(problem.idempotencyKey, key[noteHeaders.idempotencyKey]);
      assert.equal(answer.headers.get(noteHeaders.member), "mysql-0");
      assert.ok(performance.now() - began < answeredMs);
      const meanwhile = await api.post(text, key);
      assertNothingWritten(await toldBy(meanwhile), /unreachable|timeout|busy/);
    } finally {
      await there.primary.signal(then === "goes on" ? "CONT" : "KILL");
    }
    await eventually(backMs, async () => {
      const again = await api.post(text, key);
      assert.ok([200, 201].includes(again.status), `${again.status} ${await again.text()}`);
    });
    await there.primary.query("agent", "SET GLOBAL binlog_group_commit_sync_delay = 0;");
    assert.equal(await there.rows(`text = '${text}'`), 1);
  });

test("a crowd at a server that stands still: each is told by the limit that nothing was written", async () => {
  await there.primary.signal("STOP");
  try {
    const began = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 300 }, async () => {
        return toldBy(await api.post("never begun"));
      }),
    );
    for (const told of answers) assertNothingWritten(told, /timeout|unreachable|busy/);
    assert.ok(performance.now() - began < answeredMs);
    assert.equal((await api.ask("GET", "/notes")).status, 200, "the other is read from");
    assert.equal(await api.status("admin", "/readyz"), 200);
  } finally {
    await there.primary.signal("CONT");
  }
  await eventually(5_000, async () => assert.equal((await api.post("begun")).status, 201));
  assert.equal(await there.rows("text = 'never begun'"), 0);
});

test("a read whose member stands still is asked once more, on a new connection", async () => {
  assert.equal((await api.ask("GET", "/notes")).status, 200);
  await there.secondary.signal("STOP");
  const answering = api.ask("GET", "/notes");
  // A statement has 2 s, and the connection after it 1.5 s.
  await sleep(2_500);
  await there.secondary.signal("CONT");
  const answer = await answering;
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get(noteHeaders.member), "mysql-1");
  const timeouts = 'database_failures_total{pool="mysql-read",kind="timeout"}';
  assert.equal(await api.figure(timeouts), 1);
});

test("both servers killed: writes and reads come back by themselves", async () => {
  await Promise.all([there.primary.signal("KILL"), there.secondary.signal("KILL")]);
  const answer = await api.post("while it is away");
  assertNothingWritten(await toldBy(answer), /unreachable|lost/);
  await eventually(backMs, async () => {
    assert.equal((await api.post("it is back")).status, 201);
    assert.equal((await api.ask("GET", "/notes")).status, 200);
  });
  assert.equal(await there.rows("text = 'while it is away'"), 0);
});

test("a thousand at once are all answered by the limit, and what was acknowledged is there", async () => {
  const began = performance.now();
  const text = (at: number) => `of a thousand ${at}`;
  const all = await Promise.all(
    Array.from({ length: 1_000 }, async (_, at) => toldBy(await api.post(text(at)))),
  );
  const tookMs = performance.now() - began;
  const written = all.filter(({ status }) => status === 201);
  for (const told of all.filter(({ status }) => status !== 201))
    assertNothingWritten(told, /^This request wrote nothing \(busy/);
  const residentMib = (await api.figure("process_resident_memory_bytes")) / 2 ** 20;
  console.log(
    `${written.length} written in ${Math.round(tookMs)} ms, ${Math.round(residentMib)} MiB resident`,
  );
  assert.ok(written.length > 0);
  assert.ok(tookMs < answeredMs, `${tookMs} ms`);
  assert.equal(await there.rows("text LIKE 'of a thousand %'"), written.length);
  const connections = await api.figure(open);
  assert.ok(connections >= 1 && connections <= 8, `${connections} connections`);
  assert.equal((await api.post("and one more")).status, 201);
});

test("a connection in steady use is replaced after its time, and an idle one is closed", async () => {
  assert.equal((await api.post("steady")).status, 201);
  const before = await api.figure(opened);
  const untilMs = performance.now() + ageMs + 2_000;
  while (performance.now() < untilMs) {
    assert.equal((await api.post("steady")).status, 201);
    await sleep(250);
  }
  // One at a time always takes the one that was given back last: without an age it stays the one.
  assert.ok((await api.figure(opened)) - before >= 1);
  await eventually(idleMs + 5_000, async () => assert.equal(await api.figure(open), 0));
});

test("with a wrong password nothing is written, reads go on and nothing tells the password", async (t) => {
  const other = await there.startApi(t, { MYSQL_WRITER_PASSWORD: "not-the-password-of-it" });
  const answer = await other.post("by nobody");
  const told = await toldBy(answer);
  assertNothingWritten(told, /denied: ER_ACCESS_DENIED_ERROR/);
  assert.doesNotMatch(JSON.stringify(told), /not-the-password/);
  assert.equal((await other.ask("GET", "/notes")).status, 200);
});

test("a server by a name that is not in its certificate is not trusted", async (t) => {
  const other = await there.startApi(t, { MYSQL_PRIMARY_HOST: "mysql-elsewhere" });
  const answer = await other.post("to a stranger");
  assertNothingWritten(await toldBy(answer), /untrusted/);
});

test("a server with another authority's certificate is not trusted", async (t) => {
  const { ca } = await makeCertificates([], new Date());
  const other = await there.startApi(t, {}, ca);
  const answer = await other.post("to a stranger");
  assertNothingWritten(await toldBy(answer), /untrusted/);
  assert.equal((await other.ask("GET", "/notes")).status, 503);
});
