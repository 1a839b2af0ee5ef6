import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Event, historyFormat } from "@svclab/contracts";
import { HistoryLines } from "@svclab/stable-ip";
import { replay } from "./replay.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "replay-"));
});
after(() => rm(folder, { recursive: true }));

const stamp = { atMs: 1, from: "watch" };
const world = {
  ...{ workload: "deployment/api", replicas: 3, nodes: ["n1"], workers: ["n1"] },
  ...{ serviceNetwork: "10.96.0.0/16", nodesReachable: true },
};

function lines(claims: readonly string[]): string[] {
  const written = new HistoryLines();
  const run = { format: historyFormat, run: "r", commit: "c", faults: [], control: true };
  const facts = [
    { ...stamp, kind: "run-began", ...run, claims, violation: null, world },
    { ...stamp, kind: "run-ended", complete: true },
  ];
  return facts.map((fact) => written.next(Event.parse(fact)));
}

async function stored(text: string): Promise<string> {
  const path = join(folder, "history.jsonl");
  await writeFile(path, text);
  return path;
}

test("a run's folder and its history are judged alike, by the claims that it was about", async () => {
  const path = await stored(lines(["pod-ips-do-change"]).join(""));
  for (const run of [folder, path]) {
    const { claims, outcome, commit, parts } = await replay(run, []);
    assert.deepEqual(
      claims.map(({ id, verdict }) => [id, verdict.outcome]),
      [["pod-ips-do-change", "unknown"]],
    );
    assert.deepEqual([outcome, commit, parts], ["unknown", "c", {}]);
  }
});

test("of a control run a claim that is named is unknown too", async () => {
  const path = await stored(lines(["pod-ips-do-change"]).join(""));
  const { claims } = await replay(path, ["node-port-answers-on-every-node"]);
  assert.equal(claims[0]?.verdict.outcome, "unknown");
});

test("a claim of another version is named", async () => {
  const path = await stored(lines(["pods-sing"]).join(""));
  await assert.rejects(replay(path, []), /claim-unknown[\s\S]*pods-sing/);
});

for (const [what, path, found] of [
  ["nothing is there", "no-such-run", /nothing is there/],
  ["no history is in the folder", ".", /no history\.jsonl in it/],
] as const)
  test(`where ${what} it says so`, async () => {
    await rm(join(folder, "history.jsonl"), { force: true });
    await assert.rejects(replay(join(folder, path), []), found);
  });
