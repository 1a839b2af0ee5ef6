import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Kubectl } from "@svclab/kind";
import { databasePods } from "@svclab/mysql-group";
import {
  assertWhole,
  killServers,
  membersOf,
  memoryEvents,
  query,
  serverProcesses,
} from "./lab/database.ts";
import { eventually } from "./lab/eventually.ts";
import { readLedger, sessions, startLedger, stopLedger } from "./lab/ledger.ts";
import { openDatabase, returnsWithinMs } from "./lab/open-database.ts";
import type { TestCluster } from "./test-cluster.ts";

/** How often all three are killed. */
const times = Number(process.env["SVCLAB_TEST_RETURNS"] ?? 3);
/** The writers meet a group that serves for at least this long before each kill. */
const writingMs = 2_000;

let there: TestCluster;
let kubectl: Kubectl;

before(async () => {
  ({ there, kubectl } = await openDatabase());
  const table =
    "CREATE TABLE IF NOT EXISTS notes.ledger (id VARCHAR(40) PRIMARY KEY); DELETE FROM notes.ledger;";
  const writer = { from: "mysql-0", user: "writer", host: "mysql-primary" } as const;
  await query(kubectl, writer, table);
});

after(async () => {
  if (kubectl !== undefined) await stopLedger(kubectl);
  there?.close();
});

test(`all three servers killed at once, ${times} times: the group returns by itself and no acknowledged row is lost`, async (t) => {
  await startLedger(there.lab, kubectl);
  const killedMs: number[] = [];
  const tookMs: number[] = [];
  for (let round = 0; round < times; round++) {
    await sleep(writingMs);
    const servers = await serverProcesses(there);
    killedMs.push(Date.now());
    await killServers(there, servers);
    const beganMs = performance.now();
    await eventually(returnsWithinMs, async () => {
      const now = await serverProcesses(there);
      for (const { pid } of servers) assert.ok(now.every((server) => server.pid !== pid));
      await assertWhole(there);
    });
    tookMs.push(performance.now() - beganMs);
    t.diagnostic(`returned after ${seconds(tookMs.at(-1))}`);
  }
  await sleep(writingMs);
  const resident = (await serverProcesses(there)).map(({ residentMib }) => `${residentMib} MiB`);
  for (const pod of databasePods)
    assert.doesNotMatch(await memoryEvents(kubectl, pod), /^oom_kill [1-9]/m, pod);
  const ledger = await readLedger(kubectl);
  await stopLedger(kubectl);
  await eventually(returnsWithinMs, async () => {
    const [first, ...others] = await membersOf(there);
    for (const other of others) assert.equal(other?.executed, first?.executed);
  });
  for (const pod of databasePods) {
    const reader = { from: pod, user: "reader", host: `${pod}.mysql-peers` } as const;
    const rows = new Set(await query(kubectl, reader, "SELECT id FROM notes.ledger;"));
    const lost = ledger.filter(({ id }) => !rows.has(id)).map(({ id }) => id);
    assert.deepEqual(lost, [], `acknowledged and not on ${pod}`);
  }
  const writesAgain = killedMs.map((atMs) => {
    const next = ledger.find((row) => row.atMs > atMs + 1_000);
    return next === undefined ? undefined : next.atMs - atMs;
  });
  t.diagnostic(
    `${times} of ${times} returned; median ${seconds(median(tookMs))}, longest ${seconds(Math.max(...tookMs))}`,
  );
  t.diagnostic(
    `first write after a kill: median ${seconds(median(writesAgain))}, last ${seconds(Math.max(...writesAgain.map(Number)))}`,
  );
  t.diagnostic(
    `${ledger.length} rows acknowledged to ${sessions} sessions; resident ${resident.join(", ")}`,
  );
  assert.ok(ledger.length > times * 50, `only ${ledger.length} rows were written`);
});

function median(values: readonly (number | undefined)[]): number | undefined {
  return values.toSorted((one, other) => Number(one) - Number(other))[
    Math.floor(values.length / 2)
  ];
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? "never" : `${(ms / 1_000).toFixed(1)} s`;
}
