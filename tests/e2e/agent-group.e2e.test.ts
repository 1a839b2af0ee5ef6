import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { kinds } from "@svclab/cluster";
import { FakeCluster } from "@svclab/cluster/testing";
import {
  type DatabaseUser,
  type EngineApi,
  type Lab,
  appNamespace as namespace,
  openLab,
  removeByLabel,
  startEngineApi,
} from "@svclab/kind";
import { type Agent, assembleAgent, limits, unreadyFor } from "@svclab/mysql-agent/testing";
import { databasePods, GroupStore, groupRecordName } from "@svclab/mysql-group";
import { pino } from "pino";
import { eventually } from "./lab/eventually.ts";
import { fullName, inContainer, type ServerGroup, startServers } from "./lab/server-group.ts";
import { addressOf } from "./server-container.ts";

/** Real servers and real agents; the API server's part, a record and labels, is kept in memory. */
const label = "svclab.test=agent-group";
const withinMs = 90_000;
const cluster = new FakeCluster();
const store = new GroupStore(cluster, { namespace, name: groupRecordName });
const agents = new Map<string, Agent>();
const running = new Map<string, { readonly end: AbortController; readonly ended: Promise<void> }>();

let lab: Lab;
let engineApi: EngineApi | undefined;
let work: string;
let group: ServerGroup;

before(async () => {
  work = await mkdtemp(join(tmpdir(), "svclab-agents-"));
  lab = await openLab(() => undefined);
  await removeByLabel(lab.engine, label);
  engineApi = await startEngineApi(lab.engine, { socket: join(work, "engine.sock") });
  Object.assign(process.env, engineApi.env);
  const record = { name: groupRecordName, namespace };
  await cluster.create({ apiVersion: "v1", kind: "ConfigMap", metadata: record });
  for (const name of databasePods) {
    const labels = { "svclab/role": "secondary" };
    await cluster.create({ apiVersion: "v1", kind: "Pod", metadata: { name, namespace, labels } });
  }
  group = await startServers(lab, label);
  for (const pod of databasePods) startAgent(pod);
});

after(async () => {
  await Promise.all(databasePods.map(stopAgent));
  try {
    await removeByLabel(lab.engine, label);
  } finally {
    await engineApi?.stop();
    await rm(work, { recursive: true, force: true });
  }
});

function startAgent(self: string, replicationPassword = group.passwords.replication): void {
  const container = containerOf(self);
  const agent = assembleAgent({
    cluster,
    logger: pino({ level: "silent" }),
    server: { host: addressOf(container), port: 3306 },
    settings: {
      ...{ self, namespace, replicationPassword, ca: group.ca, hostOf: fullName },
      pods: databasePods,
      agentPassword: group.passwords.agent,
    },
    restartServer: async () => {
      await inContainer(container, "echo 'the group is gone' >/run/agent/restart");
    },
    askPeer: async (pod) => agents.get(pod)?.known?.member ?? null,
  });
  const end = new AbortController();
  agents.set(self, agent);
  running.set(self, { end, ended: agent.run(end.signal) });
}

async function stopAgent(pod: string): Promise<void> {
  running.get(pod)?.end.abort();
  await running.get(pod)?.ended;
}

function containerOf(pod: string) {
  const found = group.containers.get(pod);
  assert.ok(found !== undefined, pod);
  return found;
}

function clientOf(pod: string, as: DatabaseUser): string {
  const client = `MYSQL_PWD=${group.passwords[as]} mysql -h${addressOf(containerOf(pod))} -u${as}`;
  return `${client} --ssl-mode=VERIFY_IDENTITY --ssl-ca=/etc/mysql-tls/ca.crt -N -B`;
}

function ask(pod: string, sql: string, as: DatabaseUser): Promise<string> {
  return inContainer(containerOf(pod), `${clientOf(pod, as)} -e "${sql}"`);
}

/** As a backup does, by a right that only the user for replication has. */
async function holdForBackup(pod: string): Promise<{ readonly release: () => Promise<void> }> {
  const container = containerOf(pod);
  const statements = "echo 'LOCK INSTANCE FOR BACKUP; SELECT 1;'; cat /tmp/release";
  await inContainer(container, "rm -f /tmp/release; mkfifo /tmp/release");
  const holding = inContainer(
    container,
    `{ ${statements}; } | ${clientOf(pod, "replication")} --unbuffered >/tmp/held`,
  );
  await eventually(5_000, async () =>
    assert.equal((await inContainer(container, "cat /tmp/held")).trim(), "1"),
  );
  return {
    release: async () => {
      await inContainer(container, "echo >/tmp/release");
      await holding;
    },
  };
}

const primaryNow = () =>
  databasePods.find((pod) => agents.get(pod)?.known?.member.role === "PRIMARY") ?? "";

function aSecondary(): string {
  return databasePods.findLast((pod) => pod !== primaryNow()) ?? "";
}

function unreadyNow(pod: string): string | null {
  const agent = agents.get(pod);
  return agent === undefined ? "it has no agent" : unreadyFor(agent.known, agent.incarnation);
}

async function assertWhole(): Promise<void> {
  for (const pod of databasePods) assert.equal(unreadyNow(pod), null, pod);
  const { items } = await cluster.list(kinds.pod, { namespace, labels: "svclab/role=primary" });
  assert.deepEqual(
    items.map(({ metadata }) => metadata.name),
    [primaryNow()],
  );
}

async function kill(pod: string): Promise<void> {
  await inContainer(containerOf(pod), 'kill -KILL "$(cat /run/mysqld/server)"');
}

test("three servers that start together become one group, begun once", async () => {
  await eventually(withinMs, assertWhole);
  const { record } = await store.read();
  assert.equal(record.epoch, 1);
  assert.deepEqual(Object.keys(record.members).sort(), [...databasePods]);
  await ask(primaryNow(), "CREATE TABLE notes.kept (id INT PRIMARY KEY)", "writer");
});

test("a primary that is killed is followed by another, and returns", async () => {
  const killed = primaryNow();
  await ask(killed, "INSERT INTO notes.kept VALUES (1)", "writer");
  await kill(killed);
  await eventually(withinMs, async () => {
    assert.notEqual(primaryNow(), killed);
    await assertWhole();
  });
  assert.equal((await ask(killed, "SELECT id FROM notes.kept", "reader")).trim(), "1");
  assert.equal((await store.read()).record.epoch, 1);
});

test("a primary that stood still does not take its label back", async () => {
  const old = primaryNow();
  const signalServer = (name: string) =>
    inContainer(containerOf(old), `kill -${name} "$(cat /run/mysqld/server)"`);
  const labelled = async () => {
    const { items } = await cluster.list(kinds.pod, { namespace, labels: "svclab/role=primary" });
    return items.map(({ metadata }) => metadata.name);
  };
  await signalServer("STOP");
  try {
    await eventually(withinMs, async () => assert.ok(!(await labelled()).includes(old)));
    await sleep(5_000);
  } finally {
    await signalServer("CONT");
  }
  for (let look = 0; look < 500; look += 1) {
    assert.ok(!(await labelled()).includes(old), `look ${look}`);
    await sleep(10);
  }
  await eventually(withinMs, assertWhole);
});

test("all three killed at once return by themselves, with what was acknowledged", async () => {
  await ask(primaryNow(), "INSERT INTO notes.kept VALUES (2)", "writer");
  await Promise.all(databasePods.map(kill));
  await eventually(withinMs, async () => {
    assert.equal((await store.read()).record.epoch, 2);
    await assertWhole();
  });
  for (const pod of databasePods)
    assert.equal((await ask(pod, "SELECT MAX(id) FROM notes.kept", "reader")).trim(), "2");
});

test("a member that executes nothing for more than the limit is not fit to be read from", async () => {
  const late = aSecondary();
  // Behind a backup's lock the member waits with a new table, and with all that comes after it.
  const held = await holdForBackup(late);
  try {
    const beganMs = performance.now();
    await ask(primaryNow(), "CREATE TABLE notes.waited (id INT PRIMARY KEY)", "writer");
    await ask(primaryNow(), "INSERT INTO notes.kept VALUES (3)", "writer");
    await eventually(limits.lagMs + 2_000, async () => {
      assert.match(unreadyNow(late) ?? "ready", /ms behind/);
    });
    assert.ok(performance.now() - beganMs >= limits.lagMs, "not before the limit");
    assert.equal((await ask(late, "SELECT MAX(id) FROM notes.kept", "reader")).trim(), "2");
  } finally {
    await held.release();
  }
  await eventually(2_000, async () => assert.equal(unreadyNow(late), null));
  assert.equal((await ask(late, "SELECT MAX(id) FROM notes.kept", "reader")).trim(), "3");
});

test("a member with a wrong password for replication does not get what it lacks", async () => {
  const lacking = aSecondary();
  await stopAgent(lacking);
  await ask(lacking, "STOP GROUP_REPLICATION", "agent");
  await ask(primaryNow(), "INSERT INTO notes.kept VALUES (4)", "writer");
  startAgent(lacking, "not-the-password");
  for (let look = 0; look < 20; look += 1) {
    assert.notEqual(unreadyNow(lacking), null);
    await sleep(500);
  }
  const log = await inContainer(containerOf(lacking), "cat /tmp/log");
  assert.match(log, /Access denied for user 'replication'/);
  await stopAgent(lacking);
  // The server would go on with the wrong one for ten minutes.
  await ask(lacking, "STOP GROUP_REPLICATION", "agent");
  startAgent(lacking);
  await eventually(withinMs, assertWhole);
  assert.equal((await ask(lacking, "SELECT MAX(id) FROM notes.kept", "reader")).trim(), "4");
});

test("a member with transactions of its own is kept out, kept intact and named", async () => {
  const strange = aSecondary();
  await stopAgent(strange);
  await ask(strange, "STOP GROUP_REPLICATION", "agent");
  await ask(strange, "SET GLOBAL read_only = OFF; SET GLOBAL offline_mode = OFF", "agent");
  await ask(strange, "INSERT INTO notes.kept VALUES (99)", "writer");
  startAgent(strange);
  await eventually(withinMs, async () => {
    assert.equal(agents.get(strange)?.step.do, "keep-out");
  });
  await sleep(2_000);
  assert.equal(agents.get(strange)?.known?.member.state, "OFFLINE");
  assert.notEqual(unreadyNow(strange), null);
  assert.equal((await ask(strange, "SELECT MAX(id) FROM notes.kept", "reader")).trim(), "99");
  assert.equal((await ask(primaryNow(), "SELECT MAX(id) FROM notes.kept", "reader")).trim(), "4");
});
