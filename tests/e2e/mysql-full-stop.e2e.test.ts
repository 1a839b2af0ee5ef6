import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { appNamespace, type Kubectl } from "@svclab/kind";
import { databasePods } from "@svclab/mysql-group";
import { svclab } from "./lab/command-line.ts";
import {
  type Asking,
  aSecondary,
  assertWhole,
  killServers,
  membersOf,
  query,
  serverProcesses,
  stepOf,
  without,
} from "./lab/database.ts";
import { eventually } from "./lab/eventually.ts";
import { openDatabase, returnsWithinMs } from "./lab/open-database.ts";
import { type TestCluster, testCluster } from "./test-cluster.ts";

const own = ["-n", appNamespace];

let there: TestCluster;
let kubectl: Kubectl;

before(async () => {
  ({ there, kubectl } = await openDatabase());
});

after(() => there?.close());

test("after a full stop a member that does not return is waited for, until a person gives the word", async () => {
  const gone = await aSecondary(there);
  const [first = ""] = databasePods.filter((pod) => pod !== gone);
  await without(there, kubectl, gone, async () => {
    await killServers(there, await serverProcesses(there));
    await waitingFor(first, gone);
    await sleep(10_000);
    await waitingFor(first, gone);
    const command = ["db", "bootstrap", "--name", testCluster];
    const order = await svclab([...command, "--from", first, "--accept-loss"]);
    assert.equal(order.code, 0, order.stderr);
    assert.match(order.stdout, new RegExp(`^${gone}: has said nothing`, "m"));
    await eventually(returnsWithinMs, async () => {
      const states = (await membersOf(there)).map((member) => member?.state);
      assert.equal(states.filter((state) => state === "ONLINE").length, 2, `${states}`);
    });
  });
  await eventually(returnsWithinMs, () => assertWhole(there));
});

test("after a full stop in which each lacks what another has, the leader gets it first", async () => {
  const gone = await aSecondary(there);
  const [one = "", other = ""] = databasePods.filter((pod) => pod !== gone);
  const last = Math.max(...(await membersOf(there)).map((member) => lastOf(member?.executed)));
  await without(there, kubectl, gone, async () => {
    await killServers(there, await serverProcesses(there));
    await waitingFor(one, gone);
    await commitAlone(one, last + 10);
    await commitAlone(other, last + 11);
    await waitingFor(one, gone);
  });
  await eventually(returnsWithinMs, () => assertWhole(there));
  const members = await membersOf(there);
  for (const member of members)
    assert.match(member?.executed ?? "", new RegExp(`:${last + 10}-${last + 11}$`));
  const logs = await Promise.all(
    [one, other].map((pod) => kubectl([...own, "logs", pod, "-c", "agent"])),
  );
  assert.ok(logs.some((log) => log.includes('"do":"fetch"')));
});

/** The greatest number in a set of one series. */
function lastOf(executed = ""): number {
  return Number(/(\d+)$/.exec(executed)?.[1] ?? 0);
}

/** A transaction that is numbered as the group's, as if a kill had left it on this member only. */
async function commitAlone(pod: string, number: number): Promise<void> {
  const agent: Asking = { from: pod, user: "agent", host: "127.0.0.1" };
  const name = "SELECT @@GLOBAL.group_replication_group_name;";
  const [group] = await query(kubectl, agent, name);
  const commit = `SET gtid_next = '${group}:${number}'; BEGIN; COMMIT;`;
  await query(kubectl, agent, `SET GLOBAL super_read_only = OFF; ${commit}`);
}

async function waitingFor(pod: string, missing: string): Promise<void> {
  const waits = new RegExp(`not known to be stopped: ${missing}"`);
  await eventually(returnsWithinMs, async () => assert.match(await stepOf(there, pod), waits));
}
