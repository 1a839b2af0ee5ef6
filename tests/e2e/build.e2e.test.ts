import assert from "node:assert/strict";
import { existsSync, watch } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  cacheDir,
  clusterNames,
  command,
  type Lab,
  labPlace,
  openLab,
  tryCommand,
} from "@svclab/kind";
import { copyCheckout } from "./lab/checkout-copy.ts";
import { begin, type Start, svclab } from "./lab/command-line.ts";
import { type Snapshot, snapshot } from "./lab/machine-snapshot.ts";
import { useOwnState } from "./lab/own-state.ts";
import { pathWithout } from "./lab/path-without.ts";

const ownState = useOwnState();
const { name, cluster } = clusterNames("e2e-build");
const { folder } = labPlace(name);
const top = join(ownState, "build");
const checkout = join(top, "checkout");
const recipe = join(checkout, "k8s/images/k6/build");
/** One image that is not there yet, under a name that nobody else uses. */
const image = "localhost/svclab-e2e/k6";
const up = ["up", "--workers", "0", "--name", name];
/** No registry is asked: what is there stays, and only the new image has to be built. */
const built = { SVCLAB_OFFLINE: "1" };

let lab: Lab;
let goodRecipe: string;
let reference: string;
let untouched: Snapshot;

/** Building beside pulled images would mean to build the host's programs too: half an hour. */
const skip = (await lane()) === "built" ? false : "the images here were pulled";

before(async () => {
  lab = await openLab(() => undefined);
  await clear();
  await copyCheckout(checkout);
  const lock = join(checkout, "k8s/images/lock.yaml");
  const text = await readFile(lock, "utf8");
  await writeFile(lock, text.replace("name: docker.io/grafana/k6", `name: ${image}`));
  reference = `${image}:${lab.lock.images["k6"]?.tag}`;
  goodRecipe = await readFile(recipe, "utf8");
  untouched = await snapshot(lab.engine, { cluster, folder });
});

after(() => clear());

async function clear(): Promise<void> {
  await svclab(["down", "--name", name]);
  await tryCommand("umount", [join(top, "small disk")]);
  const { program, env } = lab.engine;
  await tryCommand(program, ["rmi", "--force", reference ?? `${image}:1.8.1`], { env });
  await rm(top, { recursive: true, force: true });
}

const asBuilder = (more: Start["env"] = {}): Start => ({ checkout, env: { ...built, ...more } });

test("a build that fails is told with its last lines and its recipe", { skip }, async () => {
  await writeFile(recipe, "#!/bin/sh\necho 'the program will not fit' >&2\nexit 7\n");
  const { code, stderr } = await svclab(up, asBuilder());
  assert.equal(code, 3);
  assert.match(
    stderr,
    /^command-failed\n {2}expected: bash .*k6\/build to succeed\n {2}found: +exit code 7\n +the program will not fit\n {2}do: .*k8s\/images\/k6\/build\. What is built so far is kept/m,
  );
  await nothingHalfMade();
  await writeFile(recipe, goodRecipe);
});

test("less than 15 GB of disk is told before anything is built", { skip }, async () => {
  const disk = join(top, "small disk");
  await mkdir(disk);
  await command("mount", ["-t", "tmpfs", "-o", "size=64m", "tmpfs", disk]);
  const { code, stderr } = await svclab(up, asBuilder({ SVCLAB_CACHE: join(disk, "cache") }));
  assert.equal(code, 3);
  assert.match(
    stderr,
    /^disk-short\n {2}expected: 15\.0 GB free .*small disk\/cache\n {2}found: +0\.1 GB free\n {2}do: .*SVCLAB_CACHE/m,
  );
  assert.deepEqual(await readdir(disk), []);
  await nothingHalfMade();
});

test("neither a registry nor Go: the image's build asks for Go", { skip }, async () => {
  const path = await pathWithout(join(top, "path without go"), ["go"]);
  const cache = join(top, "empty cache");
  const { code, stderr } = await svclab(up, asBuilder({ PATH: path, SVCLAB_CACHE: cache }));
  assert.equal(code, 3);
  assert.match(
    stderr,
    /^go-missing\n {2}expected: Go 1\.26 or newer .*\n {2}found: +no program go\n {2}do: +install Go .*$/m,
  );
  await nothingHalfMade();
});

test("no network at all: what could not be fetched is told", { skip }, async () => {
  const cache = join(top, "another empty cache");
  // A network without a single interface: nothing can leave, so nothing need be held back.
  const { code, stderr } = await svclab(up, {
    checkout,
    via: ["unshare", "--net"],
    env: { SVCLAB_SEALED: "0", SVCLAB_OFFLINE: "0", SVCLAB_CACHE: cache },
  });
  assert.equal(code, 3);
  assert.match(stderr, /pulling localhost\/svclab-e2e\/k6/);
  assert.match(
    stderr,
    /^modules-unreachable\n {2}expected: .*\n {2}found: [\s\S]*dial [\s\S]*\n {2}do: +check the network/m,
  );
  await nothingHalfMade();
});

test("a build that is killed leaves no image under the name", { skip }, async () => {
  const running = begin(up, asBuilder());
  await workFolder();
  running.kill("SIGKILL", "group");
  await running.ended;
  assert.equal(await present(), false);
});

test("the next up takes it up again: that image by work, all else from the cache", {
  skip,
}, async () => {
  const running = begin(up, asBuilder());
  const line = await running.line(/\] image localhost\/svclab-e2e\/k6\S+: (built|from cache)/);
  running.kill("SIGKILL", "group");
  const { stderr } = await running.ended;
  assert.match(
    line,
    /\[\d+\/\d+\] image localhost\/svclab-e2e\/k6:\S+: built, \d+(\.\d)? s \(\d+(\.\d)? s in all\)$/,
  );
  const [nth = 0, all = 0] = (/\[(\d+)\/(\d+)\]/.exec(line) ?? []).slice(1).map(Number);
  // Four programs and, among all images of the lock file, this one.
  assert.equal(all, 4 + Object.keys(lab.lock.images).length);
  const before = stderr.slice(0, stderr.indexOf(line)).split("\n");
  const kept = before.filter((each) => /\[\d+\/\d+\] .*: from cache, \d\.\d s/.test(each));
  assert.equal(kept.length, nth - 1);
  assert.equal(await present(), true);
  assert.deepEqual(await leftInCache(), []);
});

test("and the one after that has it from the cache", { skip }, async () => {
  const running = begin(up, asBuilder());
  const line = await running.line(/\] image localhost\/svclab-e2e\/k6\S+: (built|from cache)/);
  running.kill("SIGINT", "group");
  await running.ended;
  assert.match(line, /\[\d+\/\d+\] image \S+: from cache/);
  assert.deepEqual(await snapshot(lab.engine, { cluster, folder }), untouched);
});

async function lane(): Promise<"built" | "pulled"> {
  const { code, stdout } = await svclab(["status", "--name", name, "-o", "json"]);
  assert.equal(code, 0);
  const parts: Record<string, string> = JSON.parse(stdout).parts;
  return Object.values(parts).some((part) => part.startsWith("pulled")) ? "pulled" : "built";
}

async function nothingHalfMade(): Promise<void> {
  assert.equal(await present(), false);
  assert.deepEqual(await leftInCache(), []);
  assert.deepEqual(await snapshot(lab.engine, { cluster, folder }), untouched);
}

async function present(): Promise<boolean> {
  const { program, env } = lab.engine;
  return (await tryCommand(program, ["image", "inspect", reference], { env })).exitCode === 0;
}

const work = join(cacheDir(), "work");

async function leftInCache(): Promise<string[]> {
  const names = await readdir(work).catch(() => []);
  return names.filter((entry) => entry.startsWith("k6-"));
}

/** Resolves as soon as the build has a folder to work in. */
async function workFolder(): Promise<void> {
  await mkdir(work, { recursive: true });
  const watching = watch(work);
  const limit = AbortSignal.timeout(60_000);
  try {
    await new Promise<void>((resolve, reject) => {
      watching.on("change", (_event, changed) => {
        if (String(changed).startsWith("k6-") && existsSync(join(work, String(changed)))) resolve();
      });
      limit.addEventListener("abort", () => reject(new Error("no build began within 60 s")));
    });
  } finally {
    watching.close();
  }
}
