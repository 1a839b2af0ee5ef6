import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Judged } from "@svclab/contracts";
import { checkoutDir, clusterNames, mayStartPodPrograms, openLab } from "@svclab/kind";
import { claims, databaseClaims, parseHistory } from "@svclab/stable-ip";
import { svclab } from "./lab/command-line.ts";
import { outcomes, proof } from "./lab/proof.ts";
import { leaks, networksOf, type Uplink, watchUplink } from "./lab/uplink.ts";
import { testCluster } from "./test-cluster.ts";

/** Warm: images are there, the cluster is not. */
const budgetMs = 6 * 60_000;
/** Of the load, a part of it, on a machine that keeps to that; it is longer on a slower one. */
const loadMs = 38_000;
/** A kill that no recorder saw is made again: a SIGKILL with the kubelet's back-off. */
const againMs = 20_000;
/** Takes minutes by itself; graceful-delete.e2e.test.ts has it. */
const left = "graceful-delete-loses-nothing";
const { network } = clusterNames(testCluster);

const { engine } = await openLab(() => undefined);
let uplink: Uplink | undefined;
let demo: Awaited<ReturnType<typeof proof>>;

before(async () => {
  await svclab(["down", "--name", testCluster]);
  uplink = await watchUplink();
});

after(() => uplink?.remove());

test("a whole demo ends 0 with every claim holding, every URL answered, in 6 min", async (context) => {
  const began = performance.now();
  demo = await proof(
    [...(uplink?.tagged ?? []), "make", "demo", `NAME=${testCluster}`],
    {},
    2 * budgetMs,
  );
  const tookMs = performance.now() - began;
  context.diagnostic(`the demo took ${(tookMs / 1000).toFixed(0)} s`);
  const all = [...claims, ...databaseClaims].filter(({ id }) => id !== left);
  assert.match(demo.stdout, new RegExp(`^left +${left}, to ./svclab verify$`, "m"));
  const expected = Object.fromEntries(all.map(({ id }) => [id, "holds"]));
  assert.deepEqual(Object.assign({}, ...demo.reports.map(outcomes)), expected);
  assert.equal(demo.exitCode, 0);
  for (const way of ["NodePort", "LoadBalancer", "Ingress", "HTTPRoute"])
    assert.match(demo.stdout, new RegExp(`^${way} +http://\\S+ +answered 200$`, "m"));
  if (mayStartPodPrograms(engine)) assert.doesNotMatch(demo.stderr, /runs in its Pod/);
  const again = killsMadeAgain(demo.reports.flatMap(({ claims }) => claims));
  context.diagnostic(`${again} kills were made again`);
  const slower = Math.max(1, (await loadTookMs(demo.folders[0] ?? "")) / loadMs);
  context.diagnostic(`the load took ${slower.toFixed(2)} times as long as on a machine at rest`);
  assert.ok(tookMs <= (budgetMs + again * againMs) * slower, `took ${tookMs} ms`);
});

test("of the requests that it lost 19 in 20 and more have a cause", (context) => {
  const [report] = demo.reports;
  assert.ok(report !== undefined);
  const { requests, lost, unexplained, causes } = report.losses;
  context.diagnostic(`${lost} of ${requests}: ${JSON.stringify(causes)}`);
  assert.ok(lost >= 100, `${lost} lost`);
  assert.ok(unexplained <= lost / 20, `${unexplained} of ${lost} without a cause`);
});

test("every node's rules are followed, and by what was heard they are what they are", async () => {
  const path = join(checkoutDir(), demo.folders[0] ?? "", "history.jsonl");
  const events = parseHistory(await readFile(path, "utf8"), path);
  const [began] = events;
  assert.ok(began?.kind === "run-began");
  assert.deepEqual(
    events.filter(({ kind }) => kind === "rules-unseen"),
    [],
  );
  for (const node of began.world.nodes) {
    const changes = events.filter((event) => event.kind === "rules-changed" && event.node === node);
    assert.ok(changes.length >= 20, `${changes.length} on ${node}`);
  }
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
  // That these counters can count is shown in sealed.e2e.test.ts.
  assert.deepEqual(await leaks(uplink, await networksOf(engine, network)), []);
  assert.equal(await uplink.questions(), 0);
});

async function loadTookMs(folder: string): Promise<number> {
  const path = join(checkoutDir(), folder, "history.jsonl");
  const events = parseHistory(await readFile(path, "utf8"), path);
  const at = (kind: "fault-began" | "fault-ended") =>
    events.find((event) => event.kind === kind && event.fault === "spread")?.atMs ?? Number.NaN;
  return at("fault-ended") - at("fault-began");
}

/** Each of three Pods is killed once by each of two ways. */
function killsMadeAgain(judged: readonly Judged[]): number {
  const verdict = judged.find(({ id }) => id === "cluster-ip-answers-through-kill")?.verdict;
  assert.ok(verdict !== undefined && "measured" in verdict);
  return Number(verdict.measured["kills"]) - 3 * 2;
}
