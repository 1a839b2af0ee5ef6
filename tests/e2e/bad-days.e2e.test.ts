import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  checkoutDir,
  clusterNames,
  type Engine,
  findEngine,
  labPlace,
  tryCommand,
} from "@svclab/kind";
import { copyCheckout } from "./lab/checkout-copy.ts";
import { svclab } from "./lab/command-line.ts";
import { type Snapshot, snapshot } from "./lab/machine-snapshot.ts";
import { useOwnState } from "./lab/own-state.ts";
import { pathWithout } from "./lab/path-without.ts";

useOwnState();
const { name, cluster } = clusterNames("e2e-bad");
const { folder } = labPlace(name);
const up = ["up", "--name", name];

let engine: Engine;
let untouched: Snapshot;
/** Readable for anybody, as another user has to look into it. */
let top: string;
let noEngine: string;
let noDocker: string;

before(async () => {
  engine = await findEngine(() => undefined);
  await svclab(["down", "--name", name]);
  top = await mkdtemp(join(tmpdir(), "svclab-bad-days-"));
  await chmod(top, 0o755);
  noEngine = await pathWithout(join(top, "no engine"), ["docker", "podman"]);
  noDocker = await pathWithout(join(top, "no docker"), ["docker"]);
  untouched = await snapshot(engine, { cluster, folder });
});

after(async () => {
  await svclab(["down", "--name", name]);
  await rm(top, { recursive: true, force: true });
});

const wrongCalls: [string, readonly string[], RegExp][] = [
  ["an unknown command", ["upp"], /^error: unknown command 'upp'\n\(Did you mean up\?\)\n$/],
  [
    "an unknown option",
    ["up", "--nam", "x"],
    /^error: unknown option '--nam'\n\(Did you mean --name\?\)\n$/,
  ],
  ["a word too many", ["up", "x"], /^error: too many arguments for 'up'\./],
  [
    "an option's unknown value",
    ["up", "--proxy-mode", "ipvs"],
    /Allowed choices are nftables, iptables\.\n$/,
  ],
  ["a form that is not there", ["status", "-o", "yaml"], /Allowed choices are text, json\.\n$/],
  [
    "a number that is none",
    ["up", "--workers", "many"],
    /A number from 0 to \d+ was expected\.\n$/,
  ],
  [
    "a name that fits no node",
    ["up", "--name", "Not_Fit"],
    /^name-unfit\n {2}expected: .*\n {2}found: +"Not_Fit"\n {2}do: /,
  ],
];
for (const [sentence, args, words] of wrongCalls)
  test(`${sentence}: exit code 2 and what would be right`, async () => {
    const { code, stdout, stderr } = await svclab(args);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, words);
  });

test("no engine: told how to get one", async (context) => {
  if (!(await reachable())) return context.skip("this checkout is not readable for others");
  await refused(
    { PATH: noEngine, HOME: top },
    nobody(),
    /^engine-missing\n.*\n {2}found: +neither on PATH\n {2}do: +\S/m,
  );
});

test("no engine: status and cache list tell what there is, and install nothing", async () => {
  const env = { PATH: noEngine };
  const status = await svclab(["status", "--name", name], { env });
  assert.equal(status.code, 0, status.stderr);
  assert.match(
    status.stdout,
    new RegExp(`^${cluster}: absent\nparts:\n[^]*engine: none that answers$`, "m"),
  );
  assert.equal((await svclab(["cache", "list"], { env })).code, 0);
});

test("an engine that would be rootless: refused with the reason", async (context) => {
  if (engine.name !== "podman") return context.skip("the engine here is not podman");
  if (!(await reachable())) return context.skip("this checkout is not readable for others");
  const home = await homeOfNobody();
  await refused(
    { PATH: noDocker, HOME: home },
    nobody(),
    /^engine-rootless\n {2}expected: a podman that runs as root\n {2}found: +rootless podman .*\n {2}do: +run this as root/m,
  );
});

test("an engine that does not let this user in: told how to be let in", async (context) => {
  const { exitCode } = await tryCommand("docker", ["--version"]).catch(() => ({ exitCode: 127 }));
  if (exitCode !== 0) return context.skip("there is no docker client here");
  if (!(await reachable())) return context.skip("this checkout is not readable for others");
  const socket = join(top, "engine.sock");
  const server = createServer();
  await new Promise<void>((done) => server.listen(socket, done));
  try {
    await chmod(socket, 0o600);
    await refused(
      { DOCKER_HOST: `unix://${socket}`, HOME: await homeOfNobody() },
      nobody(),
      /^engine-denied\n {2}expected: docker to answer this user\n {2}found: +permission denied .*\n {2}do: .*usermod -aG docker/m,
    );
  } finally {
    await new Promise((done) => server.close(done));
  }
});

test("an engine that nobody knows: told which there are", () =>
  refused(
    { KIND_EXPERIMENTAL_PROVIDER: "nerdctl" },
    [],
    /^engine-unknown\n {2}expected: .*docker, podman or unset\n {2}found: +nerdctl\n {2}do: /m,
  ));

test("no registry and no Go: told to install Go", async () => {
  const path = await pathWithout(join(top, "no go"), ["go"]);
  await refused(
    { PATH: path, SVCLAB_CACHE: join(top, "cache"), SVCLAB_SEALED: "1" },
    [],
    /^host-binary-unavailable\n {2}expected: kind .*\n {2}found: +release: .*\n +Go: no program go\n {2}do: +install Go/m,
  );
});

test("no ip: told to install it", async () => {
  await refused(
    { PATH: await pathWithout(join(top, "no ip"), ["ip"]) },
    [],
    /^iproute-missing\n {2}expected: ip on PATH.*\n {2}found: +no program ip\n {2}do: +install iproute2/m,
  );
});

test("a limit that is no number: exit code 2", async () => {
  const { code, stderr } = await svclab(up, { env: { SVCLAB_PATIENCE: "some" } });
  assert.equal(code, 2);
  assert.match(stderr, /^patience-unfit\n {2}expected: .*\n {2}found: +"some"\n {2}do: /m);
  assert.deepEqual(await snapshot(engine, { cluster, folder }), untouched);
});

test("a node that does not get Ready in its time: told with its last log lines, and taken down", async () => {
  const checkout = await copyCheckout(join(top, "checkout"));
  const file = join(checkout, "k8s/kind/cluster.yaml");
  const text = await readFile(file, "utf8");
  // Without a Pod network a kubelet never says that its node is Ready.
  await writeFile(file, text.replace("networking:\n", "networking:\n  disableDefaultCNI: true\n"));
  const { code, stderr } = await svclab([...up, "--workers", "0"], {
    checkout,
    env: { SVCLAB_PATIENCE: "0.05" },
  });
  assert.equal(code, 3);
  assert.match(
    stderr,
    /^node-not-ready\n {2}expected: all nodes to be Ready within 4\.5 s\n {2}found: +svclab-e2e-bad-control-plane False .*cni plugin not initialized\n( {4}\S.*\n)+ {2}do: .*SVCLAB_PATIENCE=2/m,
  );
  assert.match(stderr, /kubelet\[\d+\]: /);
  assert.deepEqual(await snapshot(engine, { cluster, folder }), untouched);
});

test("a locale that is not UTF-8 and no terminal: doctor keeps to plain ASCII", async () => {
  const { stdout, stderr } = await svclab(["doctor"], {
    env: { LC_ALL: "C", LANG: undefined, LC_CTYPE: undefined },
  });
  assert.match(stdout, /^[\x20-\x7e\n]+$/);
  assert.match(stdout, /^ok +locale +C: output keeps to ASCII$/m);
  assert.match(stdout, /^ok +terminal +none: /m);
  assert.equal(stderr, "");
});

async function refused(
  env: Readonly<Record<string, string>>,
  via: readonly string[],
  words: RegExp,
): Promise<void> {
  const { code, stdout, stderr } = await svclab(up, { env, via });
  assert.deepEqual([code, stdout], [3, ""], stderr);
  assert.match(stderr, words);
  assert.deepEqual(await snapshot(engine, { cluster, folder }), untouched);
}

/** Another user than root; who is another user already stays who he is. */
function nobody(): string[] {
  if (process.getuid?.() !== 0) return [];
  return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
}

async function reachable(): Promise<boolean> {
  const [program, ...args] = [...nobody(), "test", "-x", join(checkoutDir(), "svclab")];
  return (await tryCommand(program ?? "", args)).exitCode === 0;
}

async function homeOfNobody(): Promise<string> {
  const home = join(top, "home");
  await mkdir(home, { recursive: true });
  await chmod(home, 0o777);
  return home;
}
