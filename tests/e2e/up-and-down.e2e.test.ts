import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  clusterNames,
  command,
  type Engine,
  findEngine,
  nodeContainers,
  onNode,
} from "@svclab/kind";
import { copyCheckout } from "./lab/checkout-copy.ts";
import { type Start, svclab } from "./lab/command-line.ts";
import { eventually } from "./lab/eventually.ts";
import { type Snapshot, snapshot } from "./lab/machine-snapshot.ts";
import { useOwnState } from "./lab/own-state.ts";

const ownState = useOwnState();
const { name, cluster, network } = clusterNames("e2e-updown");
const named = ["--name", name];
// A path with a space, for the checkout and, by default, its state.
const top = join(ownState, "a path with a space");
const checkout = join(top, "check out");
const folder = join(checkout, ".svclab/clusters", cluster);
const foreign = join(top, "somebody's kubeconfig");
// As on a machine where nobody set a language.
const plain = { LC_ALL: "C", LANG: undefined, LC_CTYPE: undefined };
const asUser: Start = {
  checkout,
  cwd: "/",
  env: { ...plain, SVCLAB_STATE: undefined, KUBECONFIG: foreign },
};

let engine: Engine;
let untouched: Snapshot;

before(async () => {
  engine = await findEngine(() => undefined);
  if (existsSync(join(checkout, "svclab"))) await svclab(["down", ...named], asUser);
  await mkdir(top, { recursive: true });
  await copyCheckout(checkout);
  await writeFile(foreign, "apiVersion: v1\nkind: Config\n");
  untouched = await snapshot(engine, { cluster, folder });
});

after(async () => {
  await svclab(["down", ...named], asUser);
  await rm(top, { recursive: true, force: true });
});

test("up ends with a cluster, its kubeconfig, and plain lines of progress", async (context) => {
  const up = await svclab(["up", ...named], asUser);
  assert.equal(up.code, 0, up.stderr);
  context.diagnostic(`up took ${(up.tookMs / 1000).toFixed(1)} s`);
  assert.equal(up.stdout, `${cluster} is up\nexport KUBECONFIG="${join(folder, "kubeconfig")}"\n`);
  const lines = up.stderr.trimEnd().split("\n");
  for (const line of lines) assert.match(line, /^ *\d+ s {2}[\x20-\x7e]+$/);
  assert.ok(lines.some((line) => /\[(\d+)\/\1\] image \S+: from cache, \d/.test(line)));
});

test("status tells lane and true versions", async () => {
  const { code, stdout } = await svclab(["status", "-o", "json", ...named], asUser);
  assert.equal(code, 0);
  const status = JSON.parse(stdout);
  assert.equal(status.state, "running");
  assert.equal(status.loadBalancerRuns, true);
  assert.equal(status.proxyMode, "nftables");
  assert.match(status.lane, /^(built|pulled)$/);
  const nodes = [`${cluster}-control-plane`, `${cluster}-worker`, `${cluster}-worker2`];
  assert.deepEqual(
    status.nodes.map((node: { name: string }) => node.name),
    nodes,
  );
  for (const node of status.nodes) {
    const kubelet = await onNode(engine, node.name, ["kubelet", "--version"]);
    assert.equal(kubelet.trim(), `Kubernetes ${node.kubelet}`);
    const containerd = await onNode(engine, node.name, ["containerd", "--version"]);
    assert.equal(
      `containerd://${containerd.split(" ")[2]?.replace("v", "")}`,
      node.runtime.replace("v", ""),
    );
  }
  const [proxyMode] = (await onNode(engine, nodes[1] ?? "", ["nft", "list", "tables"])).match(
    /table ip kube-proxy/,
  ) ?? [undefined];
  assert.equal(proxyMode, "table ip kube-proxy");
  for (const [image, told] of Object.entries(status.parts).filter(([part]) => part.includes("/")))
    assert.match(String(told), new RegExp(`^${status.lane}, version \\d+\\.\\d+\\.\\d+;`), image);
});

test("each node has a name server of its own, and asks that one", async () => {
  const nodes = [`${cluster}-control-plane`, `${cluster}-worker`, `${cluster}-worker2`];
  const ask = ["kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf", "-n", "kube-system", "get"];
  const slices = ["endpointslices", "-l", "kubernetes.io/service-name=kube-dns", "-o", "json"];
  const found = JSON.parse(await onNode(engine, nodes[0] ?? "", [...ask, ...slices]));
  const leads = found.items
    .flatMap((slice: { endpoints: readonly object[] }) => slice.endpoints)
    .filter((each: { conditions: { ready: boolean } }) => each.conditions.ready)
    .map((each: { nodeName: string; hints?: { forNodes?: readonly { name: string }[] } }) => [
      each.nodeName,
      ...(each.hints?.forNodes ?? []).map(({ name }) => name),
    ]);
  assert.deepEqual(
    leads.sort(),
    nodes.map((node) => [node, node]),
  );
});

test("the load balancer's controller comes after all else that wants the processors", async () => {
  const pid = (await readFile(join(folder, "controller.pid"), "utf8")).trim().split(/\s/)[0];
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  // Its name, in brackets, may hold anything; nice is the 19th field.
  assert.equal(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16], "19");
});

test("a second up changes nothing within 5 s", async () => {
  const files = await contents();
  const began = await containers();
  const up = await svclab(["up", ...named], asUser);
  assert.equal(up.code, 0, up.stderr);
  assert.match(up.stdout, /^svclab-\S+ is up already; nothing was changed\n/);
  assert.ok(up.tookMs <= 5_000, `took ${up.tookMs} ms`);
  assert.deepEqual(await containers(), began);
  assert.deepEqual(await contents(), files);
});

test("a cluster of that name with another proxy mode is refused, and left as it is", async () => {
  const began = await containers();
  const up = await svclab(["up", "--proxy-mode", "iptables", ...named], asUser);
  assert.equal(up.code, 3);
  assert.match(
    up.stderr,
    /^cluster-differs\n {2}expected: .*iptables mode\n {2}found: +kube-proxy in nftables mode\n {2}do: +\.\/svclab down --name e2e-updown, or choose another --name$/m,
  );
  assert.deepEqual(await containers(), began);
});

test("a cluster of that name with another version is refused, and left as it is", async () => {
  const began = await containers();
  const lock = join(checkout, "k8s/images/lock.yaml");
  const text = await readFile(lock, "utf8");
  await writeFile(lock, text.replace(/^kubernetes: \S+$/m, "kubernetes: v9.9.9"));
  try {
    const up = await svclab(["up", ...named], asUser);
    assert.equal(up.code, 3);
    assert.match(
      up.stderr,
      /^cluster-differs\n {2}expected: .*v9\.9\.9.*\n {2}found: +Kubernetes v1/m,
    );
  } finally {
    await writeFile(lock, text);
  }
  assert.deepEqual(await containers(), began);
});

test("another checkout's cluster of that name is refused, and left as it is", async () => {
  const began = await containers();
  const elsewhere = { env: { SVCLAB_STATE: join(ownState, "another checkout") } };
  for (const words of ["up", "down"]) {
    const refused = await svclab([words, ...named], elsewhere);
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, /^cluster-not-ours\n {2}expected: .*\n {2}found: .*check out/m);
  }
  assert.deepEqual(await containers(), began);
});

test("down leaves nothing behind", async () => {
  const [bridge] = /podman\d+|br-[0-9a-f]{12}/.exec(await inspectNetwork()) ?? [];
  const [subnet] = /\d+\.\d+\.\d+\.0\/\d+/.exec(await inspectNetwork()) ?? [];
  assert.ok(bridge !== undefined && subnet !== undefined);
  const down = await svclab(["down", ...named], asUser);
  assert.equal(down.code, 0, down.stderr);
  assert.equal(down.stdout, `${name} is gone\n`);
  await eventually(5_000, async () =>
    assert.deepEqual(await snapshot(engine, { cluster, folder }), untouched),
  );
  const rules = await command("nft", ["list", "ruleset"]);
  for (const trace of [bridge, subnet, cluster])
    assert.ok(!rules.includes(trace), `a rule names ${trace}`);
  assert.equal(await readFile(foreign, "utf8"), "apiVersion: v1\nkind: Config\n");
});

test("a second down has nothing to do and says so", async () => {
  const down = await svclab(["down", ...named], asUser);
  assert.deepEqual([down.code, down.stdout], [0, `${name} was not there\n`]);
});

/** Each of the cluster's containers, and since when it runs. */
async function containers(): Promise<string[]> {
  const nodes = await nodeContainers(engine, cluster);
  return Promise.all(
    nodes.map(({ name }) =>
      command(engine.program, ["inspect", "--format", "{{.Id}} {{.State.StartedAt}}", name], {
        env: engine.env,
      }),
    ),
  );
}

async function contents(): Promise<Record<string, string>> {
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".log"))
    .map((entry) => entry.name);
  const texts = names.map(async (file) => [file, await readFile(join(folder, file), "utf8")]);
  return Object.fromEntries(await Promise.all(texts));
}

async function inspectNetwork(): Promise<string> {
  return command(engine.program, ["network", "inspect", network], { env: engine.env });
}
