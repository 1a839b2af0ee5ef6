import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "@svclab/cluster";
import {
  clusterNames,
  command,
  hostPrograms,
  type Kubectl,
  kubectlFor,
  type Lab,
  labPlace,
  openLab,
  readLock,
  reference,
} from "@svclab/kind";
import { addressOf, ask, balance, ingressIp } from "./lab/balanced.ts";
import { begin, svclab } from "./lab/command-line.ts";
import { useOwnState } from "./lab/own-state.ts";
import {
  bystander,
  makeStranger,
  removeContainer,
  removeStranger,
  type Stranger,
} from "./lab/stranger.ts";

const ownState = useOwnState();
const [left, right] = [clusterNames("e2e-left"), clusterNames("e2e-right")];
/** The name that ours would have, on a container that somebody else made. */
const taken = clusterNames("e2e-taken");

let lab: Lab;
let stranger: Stranger;
let kubectl: string;

before(async () => {
  lab = await openLab(() => undefined);
  kubectl = (await hostPrograms(lab)).kubectl;
  await clear();
});

after(async () => {
  await clear();
});

async function clear(): Promise<void> {
  await removeStranger(lab, ownState);
  await removeContainer(lab, `${taken.cluster}-control-plane`);
  for (const { name } of [left, right]) await svclab(["down", "--name", name]);
}

test("two of ours and a stranger's come up side by side", async (context) => {
  const began = performance.now();
  // Smaller than usual: three whole clusters are more than the kernel's defaults allow.
  const ups = [left, right].map(({ name }) =>
    begin(["up", "--name", name, "--workers", "0"], { limitMs: 240_000 }),
  );
  const [first] = ups;
  // A stranger needs a configuration that fits this host: ours for the first cluster does.
  await first?.line(/kind: Preparing nodes/);
  stranger = await makeStranger(lab, ownState, labPlace(left.name));
  for (const up of ups) {
    const { code, stderr } = await up.ended;
    assert.equal(code, 0, stderr);
  }
  context.diagnostic(`all up after ${((performance.now() - began) / 1000).toFixed(0)} s`);
});

test("a database is refused where its three servers would not have a node each", async () => {
  const { code, stderr } = await svclab(["install", "--database", "--name", left.name]);
  assert.equal(code, 3);
  assert.match(
    stderr,
    /^nodes-too-few\n {2}expected: 3 nodes .*\n {2}found: +1\n {2}do: .*--workers 2/m,
  );
});

test("a load balancer answers in each of ours, and none is made for the stranger", async () => {
  for (const { name } of [left, right]) await balance(ours(name));
  await balance(stranger.kubectl);
  const addresses = await Promise.all([left, right].map(({ name }) => addressOf(ours(name))));
  for (const address of addresses) assert.equal(await ask(address), "OK");
  assert.notEqual(addresses[0], addresses[1]);
  assert.equal(await ingressIp(stranger.kubectl), "");
});

test("a controller's engine lists its own cluster's containers and no others", async () => {
  const seen = new Set<string>();
  for (const { name, cluster } of [left, right]) {
    const engine = join(labPlace(name).folder, "bin", lab.engine.name);
    // As cloud-provider-kind asks, for nodes and for its proxies.
    const list = (label: string) =>
      command(engine, ["ps", "--all", "--filter", `label=${label}`, "--format", "{{.Names}}"], {
        env: lab.engine.env,
      });
    const nodes = (await list("io.x-k8s.kind.cluster")).trim().split("\n");
    assert.deepEqual(nodes, [`${cluster}-control-plane`]);
    const proxies = (await list("io.x-k8s.cloud-provider-kind.cluster")).trim().split("\n");
    assert.ok(!proxies.includes(bystander));
    for (const proxy of proxies) {
      assert.ok(!seen.has(proxy), "each proxy is listed for one cluster");
      seen.add(proxy);
    }
  }
});

test("taking one down leaves the other's load balancer answering and the stranger untouched", async (context) => {
  const address = await addressOf(ours(right.name));
  const before = await stranger.facts();
  const down = svclab(["down", "--name", left.name]);
  const ended = { yes: false };
  void down.then(() => {
    ended.yes = true;
  });
  let asked = 0;
  while (!ended.yes) {
    assert.equal(await ask(address), "OK");
    asked += 1;
    await sleep(50);
  }
  assert.equal((await down).code, 0);
  context.diagnostic(`the other one was asked ${asked} times meanwhile`);
  assert.ok(asked >= 5);
  for (let again = 0; again < 10; again += 1) assert.equal(await ask(address), "OK");
  assert.deepEqual(await stranger.facts(), before);
});

test("nothing of ours was made in the stranger's cluster", async () => {
  const found = await stranger.kubectl(["get", "crd,ingressclass", "-A", "-o", "name"]);
  assert.equal(found.trim(), "");
  const services = await stranger.kubectl(["get", "services", "-A", "-o", "name"]);
  assert.deepEqual(services.trim().split("\n").sort(), [
    "service/balanced",
    "service/kube-dns",
    "service/kubernetes",
  ]);
});

test("the routes stay until the last of our clusters is gone", async () => {
  const { pods, services } = JSON.parse(
    await readFile(join(labPlace(right.name).folder, "cluster.json"), "utf8"),
  );
  assert.deepEqual(await unreachable([pods, services]), [pods, services]);
  const { code } = await svclab(["down", "--name", right.name]);
  assert.equal(code, 0);
  // A demo beside this test has the same networks, and keeps them.
  const others = await command(
    lab.engine.program,
    ["network", "ls", "--filter", `label=svclab.pods=${pods}`, "--format", "{{.Name}}"],
    { env: lab.engine.env },
  );
  assert.deepEqual(
    await unreachable([pods, services]),
    others.trim() === "" ? [] : [pods, services],
  );
});

test("a cluster that somebody else made under a name of ours is refused and left alone", async () => {
  const { program, env } = lab.engine;
  const { envoy } = (await readLock(lab.checkout)).images;
  assert.ok(envoy !== undefined);
  await command(
    program,
    [
      ...["run", "--detach", "--network=none", "--name", `${taken.cluster}-control-plane`],
      ...["--label", `io.x-k8s.kind.cluster=${taken.cluster}`],
      ...["--entrypoint", "sleep", reference(envoy), "600"],
    ],
    { env },
  );
  for (const word of ["up", "down"]) {
    const { code, stderr } = await svclab([word, "--name", taken.name]);
    assert.equal(code, 3);
    assert.match(
      stderr,
      /^cluster-not-ours\n {2}expected: .*\n {2}found: .*\n {2}do: .*kind delete/m,
    );
  }
  const running = await command(
    program,
    ["inspect", "--format", "{{.State.Running}}", `${taken.cluster}-control-plane`],
    { env },
  );
  assert.equal(running.trim(), "true");
});

test("a foreign context is refused", async () => {
  const { kubeconfig, context } = stranger;
  await assert.rejects(connect({ kubeconfig, context, kubectl }), { code: "context-refused" });
});

function ours(name: string): Kubectl {
  const { kubeconfig, context } = labPlace(name);
  return kubectlFor(kubectl, kubeconfig, context);
}

async function unreachable(networks: readonly string[]): Promise<string[]> {
  const routes = (await command("ip", ["route", "show", "type", "unreachable"])).split("\n");
  return networks.filter((network) => routes.some((route) => route.includes(network)));
}
