import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { NotesRead, type ProberPlan } from "@svclab/contracts";
import { openLab } from "@svclab/kind";
import type { StartedTestContainer } from "testcontainers";
import { type ApiOnMysql, openApiOnMysql } from "./lab/api-on-mysql.ts";
import { eventually } from "./lab/eventually.ts";
import { eventsOf } from "./server-container.ts";

const run = "run-1";
const port = 3_306;
/** A server that was killed is back within this. */
const backMs = 60_000;

let there: ApiOnMysql;

before(async () => {
  there = await openApiOnMysql("svclab.test=prober-notes");
  assert.equal((await there.api.post("makes the tables")).status, 201);
});

after(() => there?.close());

const plan: ProberPlan = {
  recorder: "writer",
  control: { host: "0.0.0.0", port: 8_090 },
  blindOverMs: 60_000,
  probes: [
    ...["sql-1", "sql-2"].map((session) => ({
      ...{ kind: "notes" as const, path: `notes/${session}`, run, session, way: "sql" as const },
      ...{ host: "mysql-primary", port, perSecond: 20, timeoutMs: 5_000 },
    })),
    ...["mysql-primary", "mysql-read"].map((host) => ({
      ...{ kind: "member" as const, path: host, host, port, perSecond: 5, timeoutMs: 1_000 },
    })),
  ],
};

test("notes by SQL are told before and after, through a refusal and a kill, and read as they are", async (t) => {
  const lab = await openLab(() => undefined);
  const prober = await there.startProber(t, plan);
  const told = () => eventsOf(lab.engine, prober);
  const answers = async (outcome?: string) =>
    (await told()).flatMap((event) =>
      event.kind === "note-answered" && (outcome ?? event.outcome) === event.outcome ? [event] : [],
    );
  const more = async (outcome: string, than: number) =>
    eventually(backMs, async () => assert.ok((await answers(outcome)).length > than));
  await more("acknowledged", 40);

  await there.primary.query("agent", "SET GLOBAL super_read_only = ON;");
  await more("refused", 5);
  const readOnly = await answers("refused");
  assert.match(readOnly[0]?.why ?? "", /1290|read-only/);
  await there.primary.query("agent", "SET GLOBAL read_only = OFF;");
  await more("acknowledged", (await answers("acknowledged")).length + 20);

  const before = (await answers()).length;
  await there.primary.signal("KILL");
  await more("acknowledged", (await answers("acknowledged")).length + 20);
  const since = (await answers()).slice(before);
  assert.ok(
    since.some(({ outcome }) => outcome !== "acknowledged"),
    "the kill was felt",
  );
  assert.equal((await ask(prober, "POST", "/end-notes")).status, 204);

  const ended = await eventually(backMs, async () => {
    const found = (await told()).find((event) => event.kind === "notes-ended");
    assert.ok(found !== undefined);
    return found;
  });
  const events = await told();
  const all = await answers();
  const sent = events.filter(({ kind }) => kind === "note-sent").length;
  assert.deepEqual([ended.sent, ended.answered], [sent, all.length]);
  assert.equal(sent, all.length);

  const primary = await read(prober, "mysql-primary");
  const has = (session: string, seq: number) =>
    (primary.sessions[session] ?? "").split(",").some((part) => {
      const [from = 0, to = from] = part.split("-").map(Number);
      return seq >= from && seq <= to;
    });
  for (const { session, seq, outcome } of all) {
    if (outcome === "acknowledged") assert.ok(has(session, seq), `${session}/${seq} is there`);
    if (outcome === "refused") assert.ok(!has(session, seq), `${session}/${seq} is not there`);
  }
  const certain = all.filter(({ outcome }) => outcome === "acknowledged").length;
  const unknown = all.filter(({ outcome }) => outcome === "unknown").length;
  assert.ok(primary.rows >= certain && primary.rows <= certain + unknown, `${primary.rows} rows`);
  assert.deepEqual(primary.strangers, []);

  await eventually(backMs, async () => {
    const { digest, sessions } = await read(prober, "mysql-read");
    assert.deepEqual({ digest, sessions }, { digest: primary.digest, sessions: primary.sessions });
  });
  const uuids = Object.fromEntries(
    await Promise.all(
      [there.primary, there.secondary].map(async (server, at) => [
        ["mysql-primary", "mysql-read"][at],
        (await server.query("agent", "SELECT @@server_uuid;"))[0],
      ]),
    ),
  );
  const met = events.flatMap((event) =>
    event.kind === "member-read" && event.serverUuid !== null ? [event] : [],
  );
  assert.ok(met.length > 20, `${met.length} members met`);
  assert.ok(met.every(({ path, serverUuid }) => serverUuid === uuids[path]));
  assert.ok(met.some(({ newest }) => Number(newest) > 1));
});

test("what no session wrote, what is there twice and what came out of order is told as it is", async (t) => {
  const prober = await there.startProber(t, { ...plan, probes: plan.probes.slice(-1) });
  const rows = ["a/1", "a/2", "a/2", "a/4", "a/3", "no seq", "a/0"].map((each) => `run-2/${each}`);
  const values = rows.map((text) => `('${text}')`).join(", ");
  await there.primary.query("writer", `INSERT INTO notes.notes (text) VALUES ${values};`);
  const { sessions, strangers, rows: count } = await read(prober, "mysql-primary", "run-2");
  assert.deepEqual(sessions, { a: "1-2,2,4,3" });
  assert.deepEqual(strangers, ["run-2/no seq", "run-2/a/0"]);
  assert.equal(count, rows.length);
});

test("a member that cannot be read is told with the reason", async (t) => {
  const prober = await there.startProber(t, { ...plan, probes: plan.probes.slice(-1) });
  const answer = await ask(prober, "GET", `/notes-read?run=${run}&host=mysql-elsewhere`);
  assert.equal(answer.status, 502);
  assert.match(await answer.text(), /mysql-elsewhere.*(altnames|certificate)/);
});

function ask(prober: StartedTestContainer, method: string, path: string): Promise<Response> {
  return fetch(`http://${prober.getHost()}:${prober.getMappedPort(8_090)}${path}`, { method });
}

async function read(prober: StartedTestContainer, host: string, of = run): Promise<NotesRead> {
  const answer = await ask(prober, "GET", `/notes-read?run=${of}&host=${host}`);
  assert.equal(answer.status, 200, host);
  return NotesRead.parse(await answer.json());
}
