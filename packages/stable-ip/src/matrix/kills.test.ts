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
    assert.match(last ?? "", /^on$|SIGCONT|delete table/);
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
