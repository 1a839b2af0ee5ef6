import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { appNamespace, type Kubectl, onNode } from "@svclab/kind";
import { databasePods } from "@svclab/mysql-group";
import { type Asking, aSecondary, assertWhole, membersOf, query, without } from "./lab/database.ts";
import { eventually } from "./lab/eventually.ts";
import { openDatabase, returnsWithinMs } from "./lab/open-database.ts";
import type { TestCluster } from "./test-cluster.ts";

/** A fresh server takes half of it; its own disk may be as large as the machine's. */
const volume = "600m";
/** The kubelet may be pausing between two starts of the server when there is room again. */
const returnsLateMs = 240_000;
const own = ["-n", appNamespace];
const rows = 300;

let there: TestCluster;
let kubectl: Kubectl;

before(async () => {
  ({ there, kubectl } = await openDatabase());
  const table =
    "CREATE TABLE IF NOT EXISTS notes.filled (id INT PRIMARY KEY); DELETE FROM notes.filled;";
  await query(kubectl, writer, table);
});

after(() => there?.close());

const writer: Asking = { from: "mysql-0", user: "writer", host: "mysql-primary" };

test("a member whose volume is full falls out, the others go on, and it returns when there is room", async (t) => {
  const member = await aSecondary(there);
  const at = databasePods.indexOf(member);
  const { node, path } = await volumeOf(member);
  const on = (...argv: string[]) => onNode(there.lab.engine, node, argv);
  await without(there, kubectl, member, async () => {
    await on("mount", "-t", "tmpfs", "-o", `size=${volume},mode=0777`, "tmpfs", path);
  });
  try {
    await eventually(returnsWithinMs, () => assertWhole(there));
    await on("sh", "-c", `dd if=/dev/zero of=${path}/filler bs=64k 2>/dev/null || true`);
    assert.match(await on("df", "--output=avail", path), /\n\s*0\s*$/, "the volume is full");
    const inserts = Array.from(
      { length: rows },
      (_, n) => `INSERT INTO notes.filled VALUES (${n});`,
    );
    const beganMs = performance.now();
    await query(kubectl, { ...writer, from: otherThan(member) }, inserts.join("\n"));
    t.diagnostic(`${rows} rows written in ${Math.round(performance.now() - beganMs)} ms meanwhile`);
    await eventually(returnsWithinMs, async () => {
      const ready = "jsonpath={.status.conditions[?(@.type=='Ready')].status}";
      assert.equal(await kubectl([...own, "get", "pod", member, "-o", ready]), "False");
    });
    const states = (await membersOf(there)).map((each) => each?.state ?? "no answer");
    t.diagnostic(`the full member is ${states[at]}`);
    assert.equal(states.filter((state, one) => one !== at && state === "ONLINE").length, 2);
    await on("rm", `${path}/filler`);
    const roomMs = performance.now();
    await eventually(returnsLateMs, () => assertWhole(there));
    t.diagnostic(
      `whole ${Math.round((performance.now() - roomMs) / 1_000)} s after there was room`,
    );
    const reader: Asking = { from: member, user: "reader", host: `${member}.mysql-peers` };
    const count = await query(kubectl, reader, "SELECT COUNT(*) FROM notes.filled;");
    assert.deepEqual(count, [`${rows}`]);
  } finally {
    await without(there, kubectl, member, async () => {
      await on("umount", path);
    });
  }
  await eventually(returnsWithinMs, () => assertWhole(there));
});

async function volumeOf(pod: string): Promise<{ node: string; path: string }> {
  const node = await kubectl([...own, "get", "pod", pod, "-o", "jsonpath={.spec.nodeName}"]);
  const claim = [...own, "get", "pvc", `data-${pod}`, "-o", "jsonpath={.spec.volumeName}"];
  const name = await kubectl(claim);
  const paths = "jsonpath={.spec.hostPath.path}{.spec.local.path}";
  return { node, path: await kubectl(["get", "pv", name, "-o", paths]) };
}

function otherThan(pod: string): string {
  return databasePods.find((each) => each !== pod) ?? "";
}
