import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { checkoutDir, clusterNames, openLab } from "@svclab/kind";
import { claims, databaseClaims } from "@svclab/stable-ip";
import { svclab } from "./lab/command-line.ts";
import { outcomes, proof } from "./lab/proof.ts";
import { leaks, networksOf, type Uplink, watchUplink } from "./lab/uplink.ts";
import { testCluster } from "./test-cluster.ts";

/** Warm: images are there, the cluster is not. */
const budgetMs = 6 * 60_000;
const { network } = clusterNames(testCluster);

let uplink: Uplink | undefined;
let demo: Awaited<ReturnType<typeof proof>>;

before(async () => {
  await svclab(["down", "--name", testCluster]);
  uplink = await watchUplink();
});

after(() => uplink?.remove());

test("a whole demo ends 0 with every claim holding, every URL answered, in 6 min", async (context) => {
  const began = performance.now();
  demo = await proof([...(uplink?.tagged ?? []), "make", "demo", `NAME=${testCluster}`]);
  const tookMs = performance.now() - began;
  context.diagnostic(`the demo took ${(tookMs / 1000).toFixed(0)} s`);
  const all = [...claims, ...databaseClaims];
  const expected = Object.fromEntries(all.map(({ id }) => [id, "holds"]));
  assert.deepEqual(Object.assign({}, ...demo.reports.map(outcomes)), expected);
  assert.equal(demo.exitCode, 0);
  for (const way of ["NodePort", "LoadBalancer", "Ingress", "HTTPRoute"])
    assert.match(demo.stdout, new RegExp(`^${way} +http://\\S+ +answered 200$`, "m"));
  assert.ok(tookMs <= budgetMs, `took ${tookMs} ms`);
});

test("each stored history is judged alike once more, word for word, by itself", async () => {
  assert.equal(demo.folders.length, 2);
  for (const folder of demo.folders) {
    const again = await svclab(["verify", "--replay", join(checkoutDir(), folder)]);
    assert.equal(again.code, demo.exitCode, again.stderr);
    assert.ok(demo.stdout.includes(again.stdout.trimEnd()), again.stdout);
  }
});

test("a stored history without one of its losses is refused, with the line", async (context) => {
  const [folder = ""] = demo.folders;
  const lines = (await readFile(join(checkoutDir(), folder, "history.jsonl"), "utf8")).split("\n");
  const at = lines.findIndex((line) => line.includes('"unanswered"'));
  const edited = await mkdtemp(join(tmpdir(), "edited-"));
  context.after(() => rm(edited, { recursive: true }));
  await writeFile(join(edited, "history.jsonl"), lines.toSpliced(at, 1).join("\n"));
  const { code, stderr } = await svclab(["verify", "--replay", edited]);
  assert.equal(code, 3);
  assert.match(stderr, new RegExp(`history-changed[\\s\\S]*line ${at + 1}, `));
});

test("no line of it is wider than a terminal's 80 columns, but for paths", () => {
  const wide = demo.stdout.split("\n").filter((line) => line.length > 80);
  assert.deepEqual(
    wide.filter((line) => !/^(kubectl|report) /.test(line)),
    [],
  );
});

test("no packet of the engine's network left by the uplink meanwhile, and no question", async (context) => {
  if (process.env["SVCLAB_SEALED"] !== "1") return context.skip("SVCLAB_SEALED=1 is not set");
  if (uplink === undefined) return context.skip("no default route, or no version 2 cgroups");
  const { engine } = await openLab(() => undefined);
  // That these counters can count is shown in sealed.e2e.test.ts.
  assert.deepEqual(await leaks(uplink, await networksOf(engine, network)), []);
  assert.equal(await uplink.questions(), 0);
});
