import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { addPart } from "./long-form.ts";

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
  for (const name of ["demo", "up", "install", "verify", "status", "db", "down", "doctor", "cache"])
    assert.equal(stdout.match(new RegExp(`^  ${name}\\b`, "gm"))?.length, 1, name);
});

const usage: readonly [string, string[], RegExp][] = [
  ["an unknown command is answered with the nearest", ["upp"], /Did you mean up\?/],
  ["an unknown option is answered with the nearest", ["up", "--nam", "x"], /Did you mean --name\?/],
  ["a name that cannot be a name says what could", ["up", "--name", "A_b"], /small letters/],
  ["an unknown claim lists the claims", ["verify", "ip-stays"], /cluster-ip-survives-pod-kill/],
  ["an unknown violation lists the violations", ["verify", "--violation", "x"], /session-affinity/],
  ["a claim without a long form names the one", ["verify", "--long"], /no-acknowledged-write-lost/],
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

test("a long form that is complete runs nothing more, and tells its totals", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "long-"));
  context.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "parts.jsonl");
  const measured = { faults: 150, acknowledged: 500_000, unknown: 4, unknownThere: 1 };
  const ends = { commit: "c", beganMs: 1, endedMs: 2, outcome: "holds", why: null } as const;
  for (const run of ["r1", "r2"]) await addPart(file, { run, ...ends, measured });
  const told = await svclab("verify", "no-acknowledged-write-lost", "--long", file);
  assert.equal(told.code, 0, told.stderr);
  assert.match(told.stdout, /^faults +300 of 300$/m);
  assert.match(told.stdout, /^acknowledged +1,000,000 of 1,000,000 notes$/m);
});
