import assert from "node:assert/strict";
import { readFileSync, watch } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { clusterNames, type Engine, findEngine, labPlace, nodeContainers } from "@svclab/kind";
import { begin, svclab } from "./lab/command-line.ts";
import { eventually } from "./lab/eventually.ts";
import { processes, type Snapshot, snapshot } from "./lab/machine-snapshot.ts";
import { useOwnState } from "./lab/own-state.ts";

const ownState = useOwnState();
const { name, cluster } = clusterNames("e2e-cut");
const { folder } = labPlace(name);
// One worker: a joining one is enough, and the kernel may not have room for more beside a demo.
const up = ["up", "--workers", "1", "--name", name];
const down = ["down", "--name", name];

let engine: Engine;
let untouched: Snapshot;

before(async () => {
  engine = await findEngine(() => undefined);
  await mkdir(join(ownState, "clusters"), { recursive: true });
  await svclab(down);
  untouched = await snapshot(engine, { cluster, folder });
});

after(async () => {
  await svclab(down);
});

// Each of these is recovered from by the next, up to the first that is let run to its end.

test("up is killed after it made its network and before there is a node", async () => {
  const running = begin(up);
  await file("kind.yaml");
  running.kill("SIGKILL", "group");
  await running.ended;
  assert.deepEqual(await nodeContainers(engine, cluster), []);
});

test("the next up begins anew, and is killed with all it started while nodes are made", async () => {
  const running = begin(up);
  await running.line(/is not whole: taking down what is left/);
  await running.line(/kind: Ensuring node image/);
  running.kill("SIGKILL", "group");
  await running.ended;
});

test("the next is killed alone, and kind goes on without it", async () => {
  const running = begin(up);
  await running.line(/is not whole: taking down what is left/);
  await running.line(/kind: Writing configuration/);
  running.kill("SIGKILL", "process");
  await running.ended;
  assert.ok((await nodeContainers(engine, cluster)).length > 0);
  assert.notEqual((await kinds()).length, 0);
});

test("the next ends that kind and comes to its end", async () => {
  const { code, stderr, stdout } = await svclab(up);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /is not whole: taking down what is left/);
  assert.equal(stdout.split("\n")[0], `${cluster} is up`);
  assert.deepEqual(await kinds(), []);
  assert.equal((await controllers()).length, 1);
});

test("after kill -9 of the load balancer's supervisor the next up leaves exactly one controller", async () => {
  const [orphan] = await controllers();
  process.kill(pid("supervisor"), "SIGKILL");
  await eventually(5_000, async () => assert.deepEqual(await supervisors(), []));
  assert.deepEqual(await controllers(), [orphan], "it goes on by itself");
  const { code, stderr } = await svclab(up);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /the load balancer's controller had ended: starting it again/);
  await eventually(5_000, async () => {
    assert.equal((await supervisors()).length, 1);
    assert.equal((await controllers()).length, 1);
  });
  assert.notDeepEqual(await controllers(), [orphan]);
});

test("after kill -9 of the controller alone its supervisor starts another", async () => {
  const [first] = await controllers();
  process.kill(pid("controller"), "SIGKILL");
  await eventually(10_000, async () => {
    const now = await controllers();
    assert.equal(now.length, 1);
    assert.notDeepEqual(now, [first]);
  });
});

test("down is killed among the nodes: what is left does not count as up", async () => {
  const running = begin(down);
  await running.line(/removing /);
  running.kill("SIGKILL", "group");
  await running.ended;
  const { stdout } = await svclab(["status", "--name", name, "-o", "json"]);
  assert.equal(JSON.parse(stdout).state, "not whole");
  await downLeavesNothing();
});

test("Ctrl-C while workers join: up takes down what it began, and says so", async () => {
  const running = begin(up);
  await running.line(/kind: Installing StorageClass/);
  running.kill("SIGINT", "group");
  const { code, stderr } = await running.ended;
  assert.equal(code, 4);
  assert.match(stderr, /taking down what was begun/);
  assert.match(stderr, /^interrupted; /m);
  await leftNothing();
});

test("down after an up that was killed while the control plane started leaves nothing behind", async () => {
  const running = begin(up);
  await running.line(/kind: Writing configuration/);
  running.kill("SIGKILL", "process");
  await running.ended;
  await downLeavesNothing();
});

test("one command at a time: a second up is refused and does not disturb the first", async () => {
  const first = begin(up);
  await first.line(/kind: Ensuring node image/);
  const second = await svclab(up);
  assert.equal(second.code, 3);
  assert.match(second.stderr, /^cluster-busy\n {2}expected: .*\n {2}found: +process \d+ at work/m);
  first.kill("SIGINT", "group");
  await first.line(/taking down what was begun/);
  await first.ended;
  await leftNothing();
});

async function downLeavesNothing(): Promise<void> {
  const { code, stderr } = await svclab(down);
  assert.equal(code, 0, stderr);
  await leftNothing();
}

async function leftNothing(): Promise<void> {
  await eventually(5_000, async () =>
    assert.deepEqual(await snapshot(engine, { cluster, folder }), untouched),
  );
}

/** Resolves as soon as the cluster's folder has the file. */
async function file(wanted: string): Promise<void> {
  const watching = watch(join(ownState, "clusters"), { recursive: true });
  const limit = AbortSignal.timeout(30_000);
  try {
    await new Promise<void>((resolve, reject) => {
      watching.on("change", (_event, changed) => {
        if (String(changed).endsWith(wanted)) resolve();
      });
      limit.addEventListener("abort", () => reject(new Error(`no ${wanted} within 30 s`)));
    });
  } finally {
    watching.close();
  }
}

/** kind at work on this cluster. */
function kinds(): Promise<string[]> {
  return processes([join(folder, "kind.yaml")]);
}

function supervisors(): Promise<string[]> {
  return processes([`supervise.ts ${folder}`]);
}

/** Process ids of cloud-provider-kind for this cluster: told by its PATH, as no argument names it. */
async function controllers(): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir("/proc")) {
    const read = (file: string) => readFile(join("/proc", entry, file), "utf8").catch(() => "");
    const [program = ""] = (await read("cmdline")).split("\0");
    if (!program.includes("cloud-provider-kind")) continue;
    if ((await read("environ")).includes(`PATH=${folder}/bin:`)) found.push(entry);
  }
  return found;
}

function pid(of: "supervisor" | "controller"): number {
  return Number(readFileSync(join(folder, `${of}.pid`), "utf8"));
}
