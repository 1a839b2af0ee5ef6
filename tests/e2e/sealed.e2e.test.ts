import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import {
  type CommandResult,
  clusterNames,
  command,
  findEngine,
  hostPrograms,
  type Kubectl,
  kubectlFor,
  type Lab,
  labPlace,
  onNode,
  openLab,
  requireClosedResolver,
  tryCommand,
} from "@svclab/kind";
import { type Start, svclab } from "./lab/command-line.ts";
import { fromPod } from "./lab/from-pod.ts";
import { type Snapshot, snapshot } from "./lab/machine-snapshot.ts";
import { useOwnState } from "./lab/own-state.ts";
import { leaks, networksOf, nowhere, type Uplink, watchUplink } from "./lab/uplink.ts";

useOwnState();
const { name, cluster, network } = clusterNames("e2e-sealed");
const named = ["--name", name];
const { folder, kubeconfig, context } = labPlace(name);
const worker = `${cluster}-worker`;

let lab: Lab;
let uplink: Uplink | undefined;
let untouched: Snapshot;
let kubectl: Kubectl;
/** The cluster's Pod and Service networks and its network in the engine, once they are known. */
let own: readonly string[] = [];

/** Only root can seal, and not while an unsealed cluster beside this test has podman ask outside. */
const skip =
  process.getuid?.() !== 0
    ? "only root can seal a cluster"
    : await findEngine(() => undefined)
        .then(requireClosedResolver)
        .then(
          () => false,
          (error) => (error.code === "resolver-open" ? error.found : false),
        );

before(async () => {
  if (skip !== false) return;
  process.env["SVCLAB_SEALED"] = "1";
  lab = await openLab(() => undefined);
  await svclab(["down", ...named]);
  kubectl = kubectlFor((await hostPrograms(lab)).kubectl, kubeconfig, context);
  uplink = await watchUplink();
  untouched = await snapshot(lab.engine, { cluster, folder });
});

after(async () => {
  if (skip !== false) return;
  await svclab(["down", ...named]);
  await uplink?.remove();
});

test("where routes may not be added a sealed up refuses, and nothing is half-made", {
  skip,
}, async () => {
  const { code, stderr } = await svclab(["up", "--workers", "1", ...named], {
    via: ["setpriv", "--bounding-set=-net_admin"],
  });
  assert.equal(code, 3);
  assert.match(
    stderr,
    /^routes-refused\n {2}expected: .*SVCLAB_SEALED=1.*\n {2}found: [\s\S]*not permitted\n {2}do: .*NET_ADMIN$/m,
  );
  assert.deepEqual(await snapshot(lab.engine, { cluster, folder }), untouched);
});

test("a sealed cluster comes up", { skip }, async () => {
  const { code, stderr } = await svclab(["up", "--workers", "1", ...named], tagged());
  assert.equal(code, 0, stderr);
  own = await networksOf(lab.engine, network);
});

test("a Pod reaches the cluster, but neither a name nor an address outside", { skip }, async () => {
  const before = await dropped(worker);
  const told = await fromPod(lab, kubectl, worker, [
    'const { lookup } = require("node:dns/promises");',
    'const { connect } = require("node:net");',
    "const tried = (port, host) => new Promise((done) => {",
    "  const socket = connect({ port, host, timeout: 1500 });",
    '  socket.on("connect", () => done("connected")).on("error", (e) => done(e.code));',
    '  socket.on("timeout", () => done("nothing came back"));',
    "  setTimeout(() => socket.destroy(), 2000);",
    "});",
    "const asked = (name) => lookup(name).then(({ address }) => address, (e) => e.code);",
    "(async () => console.log(JSON.stringify({",
    '  inside: await tried(443, "kubernetes.default.svc.cluster.local"),',
    '  name: await asked("outside.example.com"),',
    `  address: await tried(80, "${nowhere}"),`,
    "})))().then(() => process.exit());",
  ]);
  assert.equal(told["inside"], "connected");
  assert.match(told["name"] ?? "", /^(ENOTFOUND|EAI_AGAIN)$/);
  assert.equal(told["address"], "nothing came back");
  assert.ok((await dropped(worker)) > before, "the node dropped it, and counted");
});

test("a node reaches neither a name nor an address outside", { skip }, async () => {
  const before = await dropped();
  const name = await onWorker("getent hosts outside.example.com");
  assert.ok(
    [noSuchName, ranOut].includes(Number(name.exitCode)),
    `${name.exitCode} ${name.stderr}`,
  );
  assert.equal(name.stdout, "");
  const way = await askNowhere();
  assert.ok((await dropped()) > before, `the host dropped it, and counted\n${way}`);
});

test("a cluster address that no node knows ends on the host", { skip }, async () => {
  for (const cidr of own.slice(0, 2)) {
    const address = cidr.replace(/\.0\.0\/16$/, ".250.250");
    const code = await new Promise((done) => {
      connect({ host: address, port: 80, timeout: 2_000 })
        .on("connect", () => done("connected"))
        .on("timeout", () => done("nothing came back"))
        .on("error", (error: NodeJS.ErrnoException) => done(error.code));
    });
    assert.equal(code, "EHOSTUNREACH", address);
  }
});

test("no packet and no question of the cluster's has left by the host's uplink", {
  skip,
}, async (context) => {
  if (uplink === undefined) return context.skip("no default route, or no version 2 cgroups");
  assert.deepEqual(await leaks(uplink, own), []);
  assert.equal(await uplink.questions(), 0);
});

test("the counters can count: with the seal lifted the same packets are seen", {
  skip,
}, async (context) => {
  if (uplink === undefined) return context.skip("no default route, or no version 2 cgroups");
  await command("nft", ["flush", "chain", "inet", network, "forward"]);
  const way = await askNowhere();
  const [seen] = await leaks(uplink, own);
  assert.match(seen ?? "", /: [1-9]\d* packets$/, `dropped by the test, past the counter\n${way}`);
  const [program = "", ...args] = uplink.tagged;
  await tryCommand(program, [...args, "bash", "-c", `echo >/dev/udp/${nowhere}/53`]);
  assert.equal(await uplink.questions(), 1);
});

test("nor does anything leave while it goes down", { skip }, async (context) => {
  const before = uplink === undefined ? [] : await leaks(uplink, own);
  const { code, stderr } = await svclab(["down", ...named], tagged());
  assert.equal(code, 0, stderr);
  if (uplink === undefined) return context.skip("no default route, or no version 2 cgroups");
  assert.deepEqual(await leaks(uplink, own), before);
  assert.equal(await uplink.questions(), 1);
});

function tagged(): Start {
  return uplink === undefined ? {} : { via: uplink.tagged };
}

/** Packets that the seal dropped: of Pods on a node, or of the nodes on the host. */
async function dropped(node?: string): Promise<number> {
  const text =
    node === undefined
      ? await command("nft", ["list", "chain", "inet", network, "forward"])
      : await onNode(lab.engine, node, ["nft", "list", "chain", "ip", "svclab-seal", "forward"]);
  return Number(/counter packets (\d+) bytes \d+ drop/.exec(text)?.[1]);
}

/** getent's exit code where a name is not found, and that of timeout where time has run out. */
const noSuchName = 2;
const ranOut = 124;

/**
 * The node sends, and nothing comes back. That it does not even get so far, for want of a route or
 * because it cannot be told to, is another thing: what there is of a way out is returned, for where
 * no packet was counted.
 */
async function askNowhere(): Promise<string> {
  const asked = await onWorker(`: >/dev/tcp/${nowhere}/80`);
  assert.equal(asked.exitCode, ranOut, asked.stderr);
  const ways = await Promise.all([
    onWorker("ip route"),
    tryCommand("ip", ["route", "get", nowhere]),
    tryCommand("sysctl", ["net.ipv4.ip_forward"]),
  ]);
  return ways.map(({ stdout, stderr }) => stdout + stderr).join("");
}

function onWorker(script: string): Promise<CommandResult> {
  const { program, env } = lab.engine;
  return tryCommand(program, ["exec", worker, "timeout", "5", "bash", "-c", script], { env });
}
