import assert from "node:assert/strict";
import { it } from "node:test";
import type { KillMode } from "@svclab/contracts";
import { SmallWorkload } from "../kill/small-workload.ts";
import { kills, type MatrixHands, whole } from "./kills.ts";
import type { MatrixLab } from "./lab.ts";

async function begun() {
  const workload = await SmallWorkload.started();
  const paused: [string, boolean][] = [];
  const hands: MatrixHands = {
    ...workload.hands(),
    lab: { controlPlane: "control" } as MatrixLab,
    pauseNode: async (node, on) => paused.push([node, on]),
  };
  const [pod] = workload.world.readyPods;
  assert.ok(pod !== undefined);
  const kill = async (mode: KillMode) => {
    await kills[mode].before?.(hands);
    await kills[mode].kill(hands, pod);
  };
  const sent = () => workload.shell.map(({ node, argv }) => [node, argv.join(" ")] as const);
  return { workload, hands, pod, kill, sent, paused };
}

for (const [mode, how] of [
  ["graceful", "graceful"],
  ["sigkill", "sigkill"],
  ["force-delete", "force"],
] as const)
  it(`${mode} is sent as ${how}, and over when the Pod's place is taken`, async () => {
    const { workload, hands, pod, kill } = await begun();
    await kill(mode);
    await whole(hands, pod);
    assert.ok(workload.deeds().includes(`${how} ${pod.podUid}`));
    assert.ok(workload.world.readyPods.every(({ containerId }) => containerId !== pod.containerId));
  });

it("crash ends the process, whatever becomes of whoever told it to", async () => {
  const { hands, pod, sent } = await begun();
  const ending = (how: string): MatrixHands => ({
    ...hands,
    nodeShell: async (...asked) => {
      await hands.nodeShell(...asked);
      throw new Error(how);
    },
  });
  await kills.crash.kill(ending("exit code 137"), pod);
  assert.match(sent()[0]?.[1] ?? "", /faults\/crash.*"exitCode":1/s);
  await whole(hands, pod);
  const refused = kills.crash.kill(ending("the switch answered 404"), pod);
  await assert.rejects(async () => refused, /answered 404/);
});

it("hang stops the process and lets it go on, in 6 s of the run's clock", async () => {
  const { workload, pod, kill, sent } = await begun();
  const before = workload.clock.nowMs();
  await kill("hang");
  assert.ok(workload.clock.nowMs() - before >= 6_000);
  const id = pod.containerId?.split("//")[1];
  assert.deepEqual(sent(), [
    [pod.node, `ctr -n k8s.io tasks kill -s SIGSTOP ${id}`],
    [pod.node, `ctr -n k8s.io tasks kill -s SIGCONT ${id}`],
  ]);
});

for (const mode of ["hang", "node-paused", "api-server-away"] as const)
  it(`${mode} is undone where the run is cut off in the middle`, async () => {
    const { workload, kill, sent, paused } = await begun();
    const cut = kill(mode);
    workload.stop.abort(new Error("cut off"));
    await assert.rejects(cut, /cut off/);
    const before = sent().length + paused.length;
    assert.deepEqual(await workload.removals.runAll(), []);
    assert.equal(sent().length + paused.length, before + 1);
    const last = paused.at(-1)?.[1] === false ? "on" : sent().at(-1)?.[1];
    assert.match(last ?? "", /^on$|SIGCONT|^nft delete table/);
  });

it("fast rules are set in kube-proxy's own config, and taken back after the run's signal", async () => {
  const { workload, hands, sent } = await begun();
  const own = "iptables:\n  minSyncPeriod: 1s\nnftables:\n  minSyncPeriod: 0s\n";
  const answering: MatrixHands = {
    ...hands,
    nodeShell: async (node, argv) => {
      await hands.nodeShell(node, argv);
      if (argv.includes("get")) return own;
      return argv.includes("status") ? "daemon set kube-proxy successfully rolled out" : "";
    },
  };
  await kills["sigkill-with-fast-rules"].before?.(answering);
  const patches = () => sent().flatMap(([, line]) => /--patch=(.*)/.exec(line)?.[1] ?? []);
  const config = (patch = "") => JSON.parse(patch).data["config.conf"];
  assert.equal(config(patches()[0]), own.replaceAll(/: \ds/g, ": 10ms"));
  workload.stop.abort(new Error("the run has ended"));
  assert.deepEqual(await workload.removals.runAll(), []);
  assert.equal(config(patches()[1]), own);
  assert.match(sent().at(-1)?.[1] ?? "", /rollout status/);
});

it("a drained node is closed before its Pods are evicted, and opened when they have moved", async () => {
  const { workload, hands, pod, sent } = await begun();
  const own = workload.world.pods.filter(({ node }) => node === pod.node);
  const others = workload.world.pods.filter(({ node }) => node !== pod.node);
  assert.ok(own.length > 0 && others.length > 0);
  const moving: MatrixHands = { ...hands, replicas: others.length };
  const evicting: MatrixHands = {
    ...moving,
    nodeShell: async (node, argv, input) => {
      await hands.nodeShell(node, argv, input);
      const path = /pods\/([\w-]+)\/eviction/.exec(argv.join(" "))?.[1];
      if (path !== undefined)
        workload.world.setPods(workload.world.pods.filter(({ name }) => name !== path));
      return "";
    },
  };
  await kills["node-drained"].kill(evicting, pod);
  const lines = sent().map(([, line]) => line.replace(/^kubectl \S+ /, ""));
  assert.equal(lines[0], `cordon ${pod.node}`);
  assert.equal(lines.filter((line) => line.includes("/eviction")).length, own.length);
  assert.equal(lines.at(-1), `uncordon ${pod.node}`);
});

it("without preStop every Pod is another one first, and the template comes back", async () => {
  const { workload, hands, pod } = await begun();
  await kills["graceful-without-pre-stop"].before?.(hands);
  assert.ok(workload.world.readyPods.every(({ podUid }) => podUid !== pod.podUid));
  const containers = async () => {
    const name = { namespace: "svclab", name: "api" };
    const found = await workload.cluster.get({ apiVersion: "apps/v1", kind: "Deployment" }, name);
    return JSON.stringify(found);
  };
  assert.match(await containers(), /CLOSE_AT_SIGTERM/);
  await workload.removals.runAll();
  assert.match(await containers(), /"preStop":\{"sleep":\{"seconds":5\}\}/);
});
