import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseObjects } from "@svclab/cluster";
import { Event, historyFormat, Report } from "@svclab/contracts";
import { HistoryLines } from "@svclab/stable-ip";
import { addJsonLine } from "./json-lines.ts";

const main = join(import.meta.dirname, "main.ts");

function svclab(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) =>
    execFile(process.execPath, [main, ...args], (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    ),
  );
}

test("--version names every part", async () => {
  const { code, stdout } = await svclab("--version");
  assert.equal(code, 0);
  for (const part of ["svclab", "node", "kubernetes", "containerd", "kind", "cloud-provider-kind"])
    assert.match(stdout, new RegExp(`^${part} v?\\d+\\.\\d+`, "m"));
});

test("--help lists every command once", async () => {
  const { code, stdout } = await svclab("--help");
  assert.equal(code, 0);
  for (const name of [
    "demo",
    "up",
    "install",
    "verify",
    "claims",
    "rights",
    "status",
    "db",
    "down",
    "doctor",
    "cache",
  ])
    assert.equal(stdout.match(new RegExp(`^  ${name}\\b`, "gm"))?.length, 1, name);
});

const usage: readonly [string, string[], RegExp][] = [
  ["an unknown command is answered with the nearest", ["upp"], /Did you mean up\?/],
  ["an unknown option is answered with the nearest", ["up", "--nam", "x"], /Did you mean --name\?/],
  ["a name that cannot be a name says what could", ["up", "--name", "A_b"], /small letters/],
  ["an unknown claim lists the claims", ["verify", "ip-stays"], /cluster-ip-survives-pod-kill/],
  [
    "an unknown claim is answered with the nearest",
    ["verify", "pod-ip-do-change"],
    /did you mean pod-ips-do-change\?/,
  ],
  [
    "an unknown violation is answered with the nearest",
    ["verify", "--violation", "sesion-afinity"],
    /did you mean session-affinity\?/,
  ],
  [
    "an unknown claim to be told lists the claims",
    ["claims", "ip-stays"],
    /cluster-ip-survives-pod-kill/,
  ],
  ["an unknown violation lists the violations", ["verify", "--violation", "x"], /session-affinity/],
  [
    "a claim in the place of a mistake says where it belongs",
    ["verify", "--violations", "pod-ips-do-change"],
    /verify pod-ips-do-change --violations/,
  ],
  [
    "a part of a long form is told as lines only",
    ["verify", "no-acknowledged-write-lost", "--long", "-o", "json"],
    /cannot be used with/,
  ],
  ["a claim without a long form names the one", ["verify", "--long"], /no-acknowledged-write-lost/],
  [
    "one mistake and all of them are not asked for at once",
    ["verify", "--violations", "--violation", "session-affinity"],
    /cannot be used with/,
  ],
  [
    "a loss must be accepted in so many words",
    ["db", "bootstrap", "--from", "mysql-1"],
    /accept-loss/,
  ],
  ["a member that is none lists the members", ["db", "bootstrap", "--from", "db-1"], /mysql-2/],
  ["an option that a command below does not know", ["cache", "list", "--al"], /unknown option/],
  ["a proxy mode that is none lists the modes", ["up", "--proxy-mode", "ipvs"], /nftables/],
];
for (const [sentence, args, said] of usage)
  test(`${sentence}, with exit code 2`, async () => {
    const { code, stderr } = await svclab(...args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, said);
  });

test("verify tells reports as data and for a CI system, with nothing else on standard output", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "verify-"));
  context.after(() => rm(folder, { recursive: true }));
  const world = {
    ...{ workload: "deployment/api", replicas: 3, nodes: ["n1"], workers: ["n1"] },
    ...{ serviceNetwork: "10.96.0.0/16", nodesReachable: true },
  };
  const ofRun = { run: "r", commit: "c", claims: ["pod-ips-do-change"], faults: [], control: true };
  const lines = new HistoryLines();
  const written = [
    { kind: "run-began", format: historyFormat, ...ofRun, violation: null, world },
    { kind: "run-ended", complete: true },
  ].map((fact) => lines.next(Event.parse({ atMs: 1, from: "watch", ...fact })));
  await writeFile(join(folder, "history.jsonl"), written.join(""));
  const json = await svclab("verify", "--replay", folder, "-o", "json");
  assert.equal(json.code, 4, json.stderr);
  const reports = (JSON.parse(json.stdout) as unknown[]).map((one) => Report.parse(one));
  assert.deepEqual(
    reports.flatMap(({ claims }) => claims.map(({ id, verdict }) => [id, verdict.outcome])),
    [["pod-ips-do-change", "unknown"]],
  );
  const junit = await svclab("verify", "--replay", folder, "-o", "junit");
  assert.match(
    junit.stdout,
    /^<\?xml [\s\S]*<error message="this is a control run[\s\S]*<\/testsuites>\n$/,
  );
  const table = await svclab("verify", "--replay", folder);
  assert.match(table.stdout, /^unknown {2}pod-ips-do-change$/m);
});

test("docs/claims.md is what claims -o markdown prints", async () => {
  const { code, stdout } = await svclab("claims", "-o", "markdown");
  assert.equal(code, 0);
  const page = join(import.meta.dirname, "../../../docs/claims.md");
  assert.equal(await readFile(page, "utf8"), stdout);
});

test("claims tells one claim, as text and as data", async () => {
  const id = "pod-ips-do-change";
  const text = await svclab("claims", id);
  assert.match(
    text.stdout,
    /^pod-ips-do-change\nclaim +A Pod that replaces[\s\S]*^source +https:/m,
  );
  const data = JSON.parse((await svclab("claims", id, "-o", "json")).stdout);
  assert.equal(data.id, id);
  assert.deepEqual(
    data.violations.map(({ name }: { name: string }) => name),
    ["kill-container-instead"],
  );
  const all = JSON.parse((await svclab("claims", "-o", "json")).stdout);
  assert.ok(all.length >= 15 && all.some((one: { id: string }) => one.id === id));
});

test("rights tells what the checker may do, each right with its binding, the namespace first", async () => {
  const { code, stdout } = await svclab("rights");
  assert.equal(code, 0);
  const objects = parseObjects(stdout, "rights");
  const named = (kind: string) =>
    objects.flatMap((one) => (one.kind === kind ? [one.metadata.name] : [])).toSorted();
  assert.deepEqual(
    objects.slice(0, 3).map(({ kind }) => kind),
    ["Namespace", "Namespace", "ServiceAccount"],
  );
  assert.ok(named("Role").length >= 6 && !named("Pod").length);
  const places = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []));
  for (const place of places)
    assert.ok(place === "kube-system" || named("Namespace").includes(place), place);
  assert.deepEqual(named("Role"), named("RoleBinding"));
  assert.deepEqual(named("ClusterRole"), named("ClusterRoleBinding"));
});

test("a long form that is complete runs nothing more, and tells its totals", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "long-"));
  context.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "parts.jsonl");
  const measured = { faults: 150, acknowledged: 500_000, unknown: 4, unknownThere: 1 };
  const ends = { commit: "c", beganMs: 1, endedMs: 2, outcome: "holds", why: null } as const;
  for (const run of ["r1", "r2"]) await addJsonLine(file, { run, ...ends, measured });
  const told = await svclab("verify", "no-acknowledged-write-lost", "--long", file);
  assert.equal(told.code, 0, told.stderr);
  assert.match(told.stdout, /^faults +300 of 300$/m);
  assert.match(told.stdout, /^acknowledged +1,000,000 of 1,000,000 notes$/m);
});
