import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { NoteAnswer, NoteProblem, NotesAnswer, noteHeaders, noteProblem } from "@svclab/contracts";
import {
  type Certificates,
  type EngineApi,
  type Lab,
  labAppImages,
  makeCertificates,
  openLab,
  removeByLabel,
  startEngineApi,
} from "@svclab/kind";
import type { StartedTestContainer } from "testcontainers";
import { parse } from "yaml";
import { eventually } from "./lab/eventually.ts";
import { MysqlContainer, passwords } from "./lab/mysql-container.ts";
import { downward, ServerContainer, urlOf } from "./server-container.ts";

const label = "svclab.test=notes";
/** As apps/api/src/database/limits.ts has them: a commit's, and a write's before it. */
const commitMs = 7_000;
const answeredMs = 4_000 + commitMs;
const ageMs = 30_000;
const idleMs = 10_000;
/** A server that was killed is back within this. */
const backMs = 60_000;

let lab: Lab;
let engineApi: EngineApi | undefined;
let work: string;
let image: string;
let certificates: Certificates;
/** Behind mysql-primary, and behind mysql-read: the second follows the first. */
let primary: MysqlContainer;
let secondary: MysqlContainer;
let api: StartedTestContainer;

before(async () => {
  work = await mkdtemp(join(tmpdir(), "svclab-notes-"));
  lab = await openLab(() => undefined);
  await removeByLabel(lab.engine, label);
  image = (await labAppImages(lab)).api;
  engineApi = await startEngineApi(lab.engine, { socket: join(work, "engine.sock") });
  Object.assign(process.env, engineApi.env);
  const names = ["mysql-primary", "mysql-read", "127.0.0.1"];
  const servers = ["mysql-0", "mysql-1"].map((name) => ({ name, names }));
  certificates = await makeCertificates(servers, new Date());
  const shared = { lab, label, certificates };
  primary = await MysqlContainer.start({ ...shared, name: "mysql-0" });
  secondary = await MysqlContainer.start({ ...shared, name: "mysql-1" });
  await secondary.follow(primary);
  api = await startApi();
});

after(async () => {
  try {
    await removeByLabel(lab.engine, label);
  } finally {
    await engineApi?.stop();
    await rm(work, { recursive: true, force: true });
  }
});

test("before the first note there are none, and reading makes no table", async () => {
  assert.deepEqual((await list()).notes, []);
  assert.equal((await ask("GET", "/notes/1")).status, 404);
});

test("the first notes make the tables, though eight come at once", async () => {
  const all = await Promise.all(Array.from({ length: 8 }, (_, at) => post(`first ${at}`)));
  assert.deepEqual(
    all.map(({ status }) => status),
    all.map(() => 201),
  );
  assert.equal(await rows("text LIKE 'first %'"), 8);
});

test("a note is written, read, listed and removed, and each answer names its member", async () => {
  const posted = await post("a note");
  assert.equal(posted.status, 201);
  const { note, member } = NoteAnswer.parse(await posted.json());
  assert.equal(note.text, "a note");
  assert.ok(Math.abs(Date.parse(note.createdAt) - Date.now()) < 60_000, note.createdAt);
  assert.deepEqual([member.pod, member.through], ["mysql-0", "mysql-primary"]);
  assert.equal(posted.headers.get(noteHeaders.member), "mysql-0");
  assert.equal(posted.headers.get("location"), `/notes/${note.id}`);

  const gtid = gtidOf(posted);
  const one = await ask("GET", `/notes/${note.id}`, { [noteHeaders.gtid]: gtid });
  assert.deepEqual(NoteAnswer.parse(await one.json()).note, note);
  await post("a newer note");
  const newest = await list("?limit=1");
  assert.deepEqual(
    newest.notes.map(({ text }) => text),
    ["a newer note"],
  );
  const older = await list(`?before=${newest.notes[0]?.id}`);
  assert.deepEqual(older.notes[0], note);

  for (const time of ["first", "second"]) {
    const removed = await ask("DELETE", `/notes/${note.id}`);
    assert.equal(removed.status, 204, time);
    assert.equal(removed.headers.get(noteHeaders.member), "mysql-0");
    const after = { [noteHeaders.gtid]: gtidOf(removed) };
    assert.equal((await ask("GET", `/notes/${note.id}`, after)).status, 404, time);
  }
});

const kept = [
  ["SQL", `'); DROP TABLE notes; -- \\' \\" ? %s \${x}`],
  ["a zero byte, a line's end and spaces at the end", "a\0b\r\n  "],
  ["a thousand characters of four bytes", "\u{1f600}".repeat(1_000)],
] as const;
for (const [what, text] of kept)
  test(`a text with ${what} comes back as it was`, async () => {
    const posted = await post(text);
    assert.equal(posted.status, 201);
    const { note } = NoteAnswer.parse(await posted.json());
    const after = { [noteHeaders.gtid]: gtidOf(posted) };
    const read = await ask("GET", `/notes/${note.id}`, after);
    assert.equal(NoteAnswer.parse(await read.json()).note.text, text);
  });

const refused = [
  ["too long", JSON.stringify({ text: "a".repeat(1_001) })],
  ["not UTF-8", Buffer.from('{"text":"\xff"}', "latin1")],
  ["half of a surrogate pair", '{"text":"\\ud83d"}'],
] as const;
for (const [what, body] of refused)
  test(`a text that is ${what} is refused, and nothing is stored`, async () => {
    const count = await rows("TRUE");
    const headers = { "content-type": "application/json" };
    const answer = await fetch(urlOf(api, "main", "/notes"), { method: "POST", headers, body });
    assert.equal(answer.status, 400);
    assert.equal(await rows("TRUE"), count);
  });

test("a row that was added by SQL is a note, and its time is the server's", async () => {
  await primary.query("writer", "INSERT INTO notes.notes (text) VALUES ('by hand')");
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
  await primary.query("writer", sql);
  const there = { [noteHeaders.gtid]: await executed() };
  const read = await ask("GET", `/notes/${id}`, there);
  assert.equal(NoteAnswer.parse(await read.json()).note.id, id);
  const { note } = NoteAnswer.parse(await (await post("after the far one")).json());
  assert.equal(note.id, String(BigInt(id) + 1n));
  const next = { [noteHeaders.gtid]: await executed() };
  const [above] = NotesAnswer.parse(await (await ask("GET", "/notes?limit=1", next)).json()).notes;
  assert.equal(above?.id, note.id);
});

test("the same key is done once, also after its note was removed", async () => {
  const key = { [noteHeaders.idempotencyKey]: "once" };
  const first = await post("once", key);
  const { note } = NoteAnswer.parse(await first.json());
  assert.equal(first.headers.get(noteHeaders.replayed), null);
  for (const given of ["once", '"once"']) {
    const again = await post("once", { [noteHeaders.idempotencyKey]: given });
    assert.equal(again.status, 200);
    assert.equal(again.headers.get(noteHeaders.replayed), "true");
    assert.deepEqual(NoteAnswer.parse(await again.json()).note, note);
    assert.notEqual(gtidOf(again), gtidOf(first));
  }
  await ask("DELETE", `/notes/${note.id}`);
  assert.equal((await post("once", key)).status, 200);
  assert.equal(await rows("text = 'once'"), 0);
  const other = await post("another text", key);
  assert.equal(other.status, 422);
  assert.equal(other.headers.get(noteHeaders.member), "mysql-0");
  assert.equal(await rows("text = 'another text'"), 0);
});

test("a key that the server made is told, and is good to ask again with", async () => {
  const first = await post("with the server's key");
  const made = first.headers.get(noteHeaders.idempotencyKey) ?? "";
  const again = await post("with the server's key", { [noteHeaders.idempotencyKey]: made });
  assert.equal(again.status, 200);
  assert.equal(await rows("text = 'with the server\\'s key'"), 1);
});

test("of ten with one key at once, one writes and the others say so or that it is under way", async () => {
  const key = { [noteHeaders.idempotencyKey]: "ten" };
  const all = await Promise.all(Array.from({ length: 10 }, () => post("ten", key)));
  const statuses = all.map(({ status }) => status);
  assert.equal(statuses.filter((status) => status === 201).length, 1, `${statuses}`);
  assert.ok(
    statuses.every((status) => [200, 201, 409].includes(status)),
    `${statuses}`,
  );
  assert.equal(await rows("text = 'ten'"), 1);
});

test("a key that another connection holds is in progress, and free once that one is gone", async () => {
  const held = primary.query(
    "writer",
    `START TRANSACTION;
     INSERT INTO notes.note_keys (idempotency_key, text_hash, created_at) VALUES ('held', '', NOW());
     DO SLEEP(4); ROLLBACK;`,
  );
  await sleep(1_000);
  const key = { [noteHeaders.idempotencyKey]: "held" };
  const answer = await post("held", key);
  assert.equal(answer.status, 409);
  assert.equal(answer.headers.get("retry-after"), "1");
  await held;
  assert.equal((await post("held", key)).status, 201);
});

test("a session reads its own write while the member it reads from lags", async () => {
  await secondary.query("agent", "STOP REPLICA SQL_THREAD;");
  let after: Record<string, string>;
  let path: string;
  try {
    const posted = await post("not there yet");
    after = { [noteHeaders.gtid]: gtidOf(posted) };
    path = `/notes/${NoteAnswer.parse(await posted.json()).note.id}`;
    const stale = await ask("GET", path);
    assert.equal(stale.status, 404, "who asks for nothing may read the past");
    assert.equal(stale.headers.get(noteHeaders.member), "mysql-1");
    const read = await ask("GET", path, after);
    assert.equal(read.status, 200);
    const { member } = NoteAnswer.parse(await read.json());
    assert.deepEqual([member.pod, member.through], ["mysql-0", "mysql-primary"]);
    assert.equal(read.headers.get(noteHeaders.member), "mysql-0");
  } finally {
    await secondary.query("agent", "START REPLICA SQL_THREAD;");
  }
  await eventually(10_000, async () => {
    const { member } = NoteAnswer.parse(await (await ask("GET", path, after)).json());
    assert.deepEqual([member.pod, member.through], ["mysql-1", "mysql-read"]);
  });
});

test("what nobody has executed is not passed off as read", async () => {
  const [uuid] = (await executed()).split(":");
  const answer = await ask("GET", "/notes", { [noteHeaders.gtid]: `${uuid}:999999999` });
  assert.equal(answer.status, 503);
  assert.match(NoteProblem.parse(await answer.json()).detail ?? "", /not even the primary/);
});

test("a set of the right form that is none to MySQL is the client's mistake", async () => {
  const [uuid] = (await executed()).split(":");
  const answer = await ask("GET", "/notes", { [noteHeaders.gtid]: `${uuid}:9999999999999999999` });
  assert.equal(answer.status, 400, await answer.text());
});

test("a primary that became read-only is told from one that is away, and left for a new connection", async () => {
  assert.equal((await post("before")).status, 201);
  const opened = await figure(
    'database_connections_opened_total{pool="mysql-primary",member="mysql-0"}',
  );
  await primary.query("agent", "SET GLOBAL super_read_only = ON;");
  try {
    const answer = await post("to a read-only one");
    assertNothingWritten(answer.status, await problemOf(answer), /ER_OPTION_PREVENTS_STATEMENT/);
    assert.equal(answer.headers.get("retry-after"), "1");
    assert.equal(answer.headers.get(noteHeaders.member), "mysql-0");
  } finally {
    await primary.query("agent", "SET GLOBAL read_only = OFF;");
  }
  assert.equal((await post("after")).status, 201);
  assert.equal(await rows("text = 'to a read-only one'"), 0);
  const name = 'database_connections_opened_total{pool="mysql-primary",member="mysql-0"}';
  assert.ok((await figure(name)) > opened, "on a new connection");
  assert.ok((await figure('database_failures_total{pool="mysql-primary",kind="demoted"}')) >= 1);
});

for (const then of ["goes on", "is killed"] as const)
  test(`a server that stands still in mid-commit and then ${then}: unknown, and done once`, async () => {
    const text = `in mid-commit, then it ${then}`;
    const key = { [noteHeaders.idempotencyKey]: text.replace(/[ ,]+/g, "-") };
    // The commit takes 1 s, so that half a second later it is under way for certain.
    await primary.query("agent", "SET GLOBAL binlog_group_commit_sync_delay = 1000000;");
    const began = performance.now();
    const answering = post(text, key);
    try {
      await sleep(500);
      await primary.signal("STOP");
      const answer = await answering;
      assert.equal(answer.status, 504);
      const problem = NoteProblem.parse(await answer.json());
      assert.equal(problem.type, noteProblem.outcomeUnknown);
      assert.equal(problem.idempotencyKey, key[noteHeaders.idempotencyKey]);
      assert.equal(answer.headers.get(noteHeaders.member), "mysql-0");
      assert.ok(performance.now() - began < answeredMs);
      const meanwhile = await post(text, key);
      assertNothingWritten(
        meanwhile.status,
        await problemOf(meanwhile),
        /unreachable|timeout|busy/,
      );
    } finally {
      await primary.signal(then === "goes on" ? "CONT" : "KILL");
    }
    await eventually(backMs, async () => {
      const again = await post(text, key);
      assert.ok([200, 201].includes(again.status), `${again.status} ${await again.text()}`);
    });
    await primary.query("agent", "SET GLOBAL binlog_group_commit_sync_delay = 0;");
    assert.equal(await rows(`text = '${text}'`), 1);
  });

test("a crowd at a server that stands still: each is told by the limit that nothing was written", async () => {
  await primary.signal("STOP");
  try {
    const began = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 300 }, async () => {
        const answer = await post("never begun");
        return { status: answer.status, problem: await problemOf(answer) };
      }),
    );
    for (const { status, problem } of answers)
      assertNothingWritten(status, problem, /timeout|unreachable|busy/);
    assert.ok(performance.now() - began < answeredMs);
    assert.equal((await ask("GET", "/notes")).status, 200, "the other is read from");
    assert.equal((await fetch(urlOf(api, "admin", "/readyz"))).status, 200);
  } finally {
    await primary.signal("CONT");
  }
  await eventually(5_000, async () => assert.equal((await post("begun")).status, 201));
  assert.equal(await rows("text = 'never begun'"), 0);
});

test("both servers killed: writes and reads come back by themselves", async () => {
  await Promise.all([primary.signal("KILL"), secondary.signal("KILL")]);
  const answer = await post("while it is away");
  assertNothingWritten(answer.status, await problemOf(answer), /unreachable|lost/);
  await eventually(backMs, async () => {
    assert.equal((await post("it is back")).status, 201);
    assert.equal((await ask("GET", "/notes")).status, 200);
  });
  assert.equal(await rows("text = 'while it is away'"), 0);
});

test("a thousand at once are all answered by the limit, and what was acknowledged is there", async () => {
  const began = performance.now();
  const text = (at: number) => `of a thousand ${at}`;
  const all = await Promise.all(
    Array.from({ length: 1_000 }, async (_, at) => {
      const answer = await post(text(at));
      return { status: answer.status, problem: await problemOf(answer) };
    }),
  );
  const tookMs = performance.now() - began;
  const written = all.filter(({ status }) => status === 201);
  for (const { status, problem } of all.filter(({ status }) => status !== 201))
    assertNothingWritten(status, problem, /^This request wrote nothing \(busy/);
  const residentMib = (await figure("process_resident_memory_bytes")) / 2 ** 20;
  console.log(
    `${written.length} written in ${Math.round(tookMs)} ms, ${Math.round(residentMib)} MiB resident`,
  );
  assert.ok(written.length > 0);
  assert.ok(tookMs < answeredMs, `${tookMs} ms`);
  assert.equal(await rows("text LIKE 'of a thousand %'"), written.length);
  const open = await figure('database_connections{pool="mysql-primary",member="mysql-0"}');
  assert.ok(open >= 1 && open <= 8, `${open} connections`);
  assert.equal((await post("and one more")).status, 201);
});

test("a connection in steady use is replaced after its time, and an idle one is closed", async () => {
  const opened = () =>
    figure('database_connections_opened_total{pool="mysql-primary",member="mysql-0"}');
  const before = await opened();
  const untilMs = performance.now() + ageMs + 2_000;
  while (performance.now() < untilMs) {
    assert.equal((await post("steady")).status, 201);
    await sleep(250);
  }
  // One at a time always takes the one that was given back last.
  assert.ok((await opened()) - before >= 1);
  await eventually(idleMs + 5_000, async () => {
    const pool = 'database_connections{pool="mysql-primary",member="mysql-0"}';
    assert.equal(await figure(pool), 0);
  });
});

test("with a wrong password nothing is written, reads go on and nothing tells the password", async (t) => {
  const other = await startApi(t, { MYSQL_WRITER_PASSWORD: "not-the-password-of-it" });
  const answer = await post("by nobody", {}, other);
  const problem = await problemOf(answer);
  assertNothingWritten(answer.status, problem, /denied: ER_ACCESS_DENIED_ERROR/);
  assert.doesNotMatch(JSON.stringify(problem), /not-the-password/);
  assert.equal((await ask("GET", "/notes", {}, other)).status, 200);
});

test("a server by a name that is not in its certificate is not trusted", async (t) => {
  const other = await startApi(t, { MYSQL_PRIMARY_HOST: "mysql-elsewhere" });
  const answer = await post("to a stranger", {}, other);
  assertNothingWritten(answer.status, await problemOf(answer), /untrusted/);
});

test("a server with another authority's certificate is not trusted", async (t) => {
  const { ca } = await makeCertificates([], new Date());
  const other = await startApi(t, {}, ca);
  const answer = await post("to a stranger", {}, other);
  assertNothingWritten(answer.status, await problemOf(answer), /untrusted/);
  assert.equal((await ask("GET", "/notes", {}, other)).status, 503);
});

/** As k8s/base/api has it, the Services' names leading to the two servers. */
async function startApi(
  t?: TestContext,
  environment: Record<string, string> = {},
  ca = certificates.ca,
): Promise<StartedTestContainer> {
  const file = join(work, `ca-${Math.random()}.crt`);
  await writeFile(file, ca, { mode: 0o644 });
  const container = new ServerContainer(image, label, {
    ...downward,
    MYSQL_WRITER_USER: "writer",
    MYSQL_WRITER_PASSWORD: passwords.writer,
    MYSQL_READER_USER: "reader",
    MYSQL_READER_PASSWORD: passwords.reader,
    ...environment,
  });
  const started = await container
    .withCommand(await deployedArgs())
    // 256 MiB, as the Pod has; what goes over it is killed.
    .withResourcesQuota({ memory: 0.25 })
    .withExtraHosts([
      { host: "mysql-primary", ipAddress: primary.address },
      { host: "mysql-elsewhere", ipAddress: primary.address },
      { host: "mysql-read", ipAddress: secondary.address },
    ])
    .withBindMounts([{ source: file, target: "/etc/mysql-ca/ca.crt", mode: "ro" }])
    .serving()
    .start();
  t?.after(() => started.stop({ timeout: 0 }));
  return started;
}

async function deployedArgs(): Promise<string[]> {
  const file = join(lab.checkout, "k8s/base/api/deployment.yaml");
  return parse(await readFile(file, "utf8")).spec.template.spec.containers[0].args;
}

function post(
  text: string,
  headers: Record<string, string> = {},
  to: StartedTestContainer = api,
): Promise<Response> {
  return fetch(urlOf(to, "main", "/notes"), {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ text }),
  });
}

function ask(
  method: "GET" | "DELETE",
  path: string,
  headers: Record<string, string> = {},
  to: StartedTestContainer = api,
): Promise<Response> {
  return fetch(urlOf(to, "main", path), { method, headers });
}

async function list(query = ""): Promise<NotesAnswer> {
  const set = await executed();
  const after: Record<string, string> = set === "" ? {} : { [noteHeaders.gtid]: set };
  return NotesAnswer.parse(await (await ask("GET", `/notes${query}`, after)).json());
}

/** All that the primary has executed, as a header takes it. */
async function executed(): Promise<string> {
  const [set = ""] = await primary.query("writer", "SELECT @@GLOBAL.gtid_executed;");
  return set.replaceAll("\\n", "");
}

/** Counted on the primary, past the api. */
async function rows(where: string): Promise<number> {
  const [count] = await primary.query("writer", `SELECT COUNT(*) FROM notes.notes WHERE ${where};`);
  return Number(count);
}

function gtidOf(answer: Response): string {
  const gtid = answer.headers.get(noteHeaders.gtid) ?? "";
  assert.match(gtid, /^[0-9a-f-]{36}:\d/);
  return gtid;
}

async function problemOf(answer: Response): Promise<NoteProblem | null> {
  const text = await answer.text();
  return answer.ok ? null : NoteProblem.parse(JSON.parse(text));
}

function assertNothingWritten(status: number, problem: NoteProblem | null, says: RegExp): void {
  assert.equal(status, 503, problem?.detail);
  assert.equal(problem?.type, noteProblem.nothingWritten);
  assert.match(problem.detail ?? "", says);
}

/** 0 where it is not told: nothing of the kind has happened. */
async function figure(name: string): Promise<number> {
  const text = await (await fetch(urlOf(api, "metrics", "/metrics"))).text();
  const line = text.split("\n").find((each) => each.startsWith(`${name} `));
  return Number(line?.split(" ")[1] ?? 0);
}
