import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { connect, kinds } from "@svclab/cluster";
import { KillMode, MatrixRound } from "@svclab/contracts";
import { hostPrograms, labPlace, openLab } from "@svclab/kind";
import { svclab } from "./lab/command-line.ts";
import { testCluster } from "./test-cluster.ts";

/** Which kills; each of them has one round. */
const named = process.env["SVCLAB_TEST_KILLS"] ?? "graceful,sigkill";
const asked = named === "all" ? KillMode.options : KillMode.array().parse(named.split(","));
const ways = [
  ...["cluster-ip/new", "cluster-ip/kept", "name/new", "name/kept", "headless-name/new"],
  ...["node-port/new", "load-balancer/new", "ingress/new", "http-route/new"],
];
/** What takes nothing away that anybody is sent to at that time. */
const harmless: readonly KillMode[] = [
  ...(["graceful", "readiness-off", "kube-proxy-restarted", "api-server-away"] as const),
];

test("a round of each kill tells what every way to the Pods cost", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "matrix-"));
  context.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "matrix.jsonl");
  const wishes = [...asked, "--rounds", "1", "--file", file, "--name", testCluster];
  const told = await svclab(["matrix", ...wishes]);
  context.diagnostic(told.stdout);
  const lines = (await readFile(file, "utf8")).trim().split("\n");
  const rounds = lines.map((line) => MatrixRound.parse(JSON.parse(line)));
  assert.deepEqual(new Set(rounds.map(({ kill }) => kill)), new Set(asked));
  assert.equal(rounds.length, asked.length);
  // A client that stood still is left out of a round, so one round may lack a way.
  const seen = new Set(rounds.flatMap(({ paths }) => Object.keys(paths)));
  assert.deepEqual([...seen].sort(), ways.toSorted());
  for (const { kill, paths, rulesMs } of rounds) {
    for (const [way, { requests }] of Object.entries(paths))
      assert.ok(requests >= 60, `${kill}: ${way} ${requests}`);
    const through = paths["cluster-ip/new"]?.lost ?? 0;
    if (harmless.includes(kill)) assert.equal(through, 0, `${kill} cost requests`);
    if (kill === "sigkill" && rulesMs !== null) assert.ok(rulesMs > 0 && rulesMs < 5_000);
  }
  const again = await svclab(["matrix", ...wishes]);
  assert.equal(again.stdout, told.stdout);
  assert.equal(await readFile(file, "utf8"), `${lines.join("\n")}\n`);
  // A kill that takes a server away must cost who asks it all the time something.
  const hard = rounds.filter(({ kill }) => kill === "sigkill" || kill === "force-delete");
  for (const { kill, paths } of hard) {
    const lost = Object.values(paths).reduce((sum, cost) => sum + cost.lost, 0);
    assert.ok(lost > 0, `${kill} cost nothing`);
  }
});

test("nothing of it is left", async (context) => {
  const lab = await openLab(() => undefined);
  const { kubectl } = await hostPrograms(lab);
  const { kubeconfig, context: name } = labPlace(testCluster);
  const cluster = await connect({ kubeconfig, context: name, kubectl });
  const namespace = { apiVersion: "v1", kind: "Namespace" };
  assert.equal(await cluster.get(namespace, { name: "svclab-matrix" }), null);
  const nodes = (await cluster.list(kinds.node, {})).items as { spec?: { taints?: unknown[] } }[];
  const tainted = nodes.filter(({ spec }) => JSON.stringify(spec ?? {}).includes("unschedulable"));
  assert.deepEqual(tainted, []);
  context.diagnostic(`${nodes.length} nodes take Pods`);
});
