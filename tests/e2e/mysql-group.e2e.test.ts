import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { kinds } from "@svclab/cluster";
import { appNamespace, type Kubectl } from "@svclab/kind";
import { databasePods } from "@svclab/mysql-group";
import {
  type Asking,
  aSecondary,
  askAgent,
  assertWhole,
  killServers,
  membersOf,
  podsOf,
  primaries,
  query,
  serverProcesses,
  stepOf,
} from "./lab/database.ts";
import { eventually } from "./lab/eventually.ts";
import { openDatabase, returnsWithinMs } from "./lab/open-database.ts";
import type { TestCluster } from "./test-cluster.ts";

const own = ["-n", appNamespace];

let there: TestCluster;
let kubectl: Kubectl;

before(async () => {
  ({ there, kubectl } = await openDatabase());
  const table = "CREATE TABLE IF NOT EXISTS notes.kept (id VARCHAR(40) PRIMARY KEY);";
  await query(kubectl, writer("mysql-primary"), table);
});

after(() => there?.close());

const writer = (host: string): Asking => ({ from: "mysql-0", user: "writer", host });
const reader = (host: string): Asking => ({ from: "mysql-0", user: "reader", host });

test("the label follows the group's decision within a second, after the primary was killed", async (t) => {
  const [killed] = await primaries(there);
  const servers = (await serverProcesses(there)).filter(({ pod }) => pod === killed);
  const elected = Promise.withResolvers<{ pod: string; atMs: number }>();
  const watching = new AbortController();
  const look = async () => {
    while (!watching.signal.aborted) {
      const found = (await primaries(there)).find((pod) => pod !== killed);
      if (found !== undefined) elected.resolve({ pod: found, atMs: performance.now() });
      await sleep(20);
    }
  };
  const looking = look();
  const beganMs = performance.now();
  await killServers(there, servers);
  const { pod, atMs } = await elected.promise;
  await eventually(5_000, async () => {
    const labelled = (await podsOf(there)).filter(
      ({ metadata }) => metadata.labels?.["svclab/role"] === "primary",
    );
    assert.deepEqual(
      labelled.map(({ metadata }) => metadata.name),
      [pod],
    );
  });
  const lateMs = performance.now() - atMs;
  watching.abort();
  await looking;
  t.diagnostic(
    `elected ${Math.round(atMs - beganMs)} ms after the kill; labels ${Math.round(lateMs)} ms after that`,
  );
  assert.ok(lateMs <= 1_000, `${lateMs} ms`);
  await eventually(returnsWithinMs, () => assertWhole(there));
});

test("a member that lost its volume comes back by a clone, without a restart of its container", async (t) => {
  const rows = Array.from(
    { length: 1_200 },
    (_, n) => `INSERT INTO notes.kept VALUES ('row-${n}');`,
  );
  await query(kubectl, writer("mysql-primary"), `DELETE FROM notes.kept;${rows.join("")}`);
  const lost = await aSecondary(there);
  const beganMs = performance.now();
  await loseVolume(lost);
  await eventually(returnsWithinMs, () => assertWhole(there));
  t.diagnostic(`whole again after ${((performance.now() - beganMs) / 1_000).toFixed(1)} s`);
  const log = await kubectl([...own, "logs", lost, "-c", "mysqld", "--timestamps"]);
  const [, ended = "", again = ""] =
    /^(\S+) the server ended with 16\n[\s\S]*?^(\S+) .* ready for connections\. Version/m.exec(
      log,
    ) ?? [];
  const awayMs = Date.parse(again) - Date.parse(ended);
  t.diagnostic(`the cloned server was back ${awayMs} ms after it asked for a restart`);
  // The kubelet's shortest pause is 10 s.
  assert.ok(awayMs < 10_000, `${awayMs} ms`);
  assert.equal(await restarts(lost), 0);
  const count = "SELECT COUNT(*) FROM notes.kept;";
  assert.deepEqual(await query(kubectl, reader(`${lost}.mysql-peers`), count), ["1200"]);
});

test("a clone that breaks off half way is begun again", async () => {
  const lost = await aSecondary(there);
  await loseVolume(lost);
  const at = databasePods.indexOf(lost);
  await eventually(returnsWithinMs, async () => {
    const log = await kubectl([...own, "logs", lost, "-c", "mysqld"]);
    assert.match(log, /Clone removing all user data for provisioning: Started/);
  });
  assert.notEqual((await membersOf(there))[at]?.state, "ONLINE");
  await killServers(
    there,
    (await serverProcesses(there)).filter(({ pod }) => pod === lost),
  );
  await eventually(returnsWithinMs, () => assertWhole(there));
  assert.equal(await restarts(lost), 0);
});

test("a member with transactions of its own is kept out, kept intact and named", async () => {
  const strange = await aSecondary(there);
  const address = `${strange}.mysql-peers`;
  // Its agent brings it back within half a second: there is a try every 10 ms, for long enough.
  const tries = Array.from(
    { length: 600 },
    (_, n) => `DO SLEEP(0.01); INSERT INTO notes.kept VALUES ('own-${n}');`,
  );
  const writing = query(kubectl, { ...writer(address), force: true }, tries.join("\n")).catch(
    () => undefined,
  );
  const open =
    "STOP GROUP_REPLICATION; SET GLOBAL super_read_only = OFF; SET GLOBAL read_only = OFF;";
  await query(kubectl, { from: strange, user: "agent", host: "127.0.0.1" }, open);
  await writing;
  const at = databasePods.indexOf(strange);
  await eventually(returnsWithinMs, async () => {
    const step = JSON.parse(await stepOf(there, strange)) as { do: string; transactions?: string };
    assert.equal(step.do, "keep-out");
    const uuid = (await membersOf(there))[at]?.uuid ?? "";
    assert.match(step.transactions ?? "", new RegExp(uuid));
  });
  await sleep(3_000);
  const members = await membersOf(there);
  assert.equal(members[at]?.state, "OFFLINE");
  assert.equal(members.filter((member) => member?.state === "ONLINE").length, 2);
  const agent: Asking = { from: strange, user: "agent", host: "127.0.0.1" };
  const [executed] = await query(kubectl, agent, "SELECT @@GLOBAL.gtid_executed;");
  assert.ok(
    executed?.includes(members[at]?.uuid ?? "none"),
    "what it has of its own is there still",
  );
  const metrics = await askAgent(there, strange, 9090, "/metrics");
  assert.match(metrics, /^mysql_agent_step\{step="keep-out"\} 1$/m);
  // What a person does who has looked at it and needs none of that.
  await loseVolume(strange);
  await eventually(returnsWithinMs, () => assertWhole(there));
});

/** The Pod and its volume, as when a disk has died. */
async function loseVolume(pod: string): Promise<void> {
  await kubectl([...own, "delete", "pvc", `data-${pod}`, "--wait=false"]);
  await kubectl([...own, "delete", "pod", pod]);
}

async function restarts(name: string): Promise<number> {
  const pod = await there.cluster.get(kinds.pod, { namespace: appNamespace, name });
  const status = pod?.status?.containerStatuses?.find((each) => each.name === "mysqld");
  return (status as { restartCount?: number } | undefined)?.restartCount ?? -1;
}
