import assert from "node:assert/strict";
import { it } from "node:test";
import type { SeenPod } from "@svclab/contracts";
import { keepTargets } from "./keep-targets.ts";
import { loadBalancerPath } from "./plans.ts";
import type { Probing } from "./probing.ts";
import { World } from "./world.ts";

const pod = (name: string): SeenPod => ({
  ...{ podUid: `uid-${name}`, name, ip: `10.0.0.${name}`, node: "worker" },
  ...{ ready: true, terminating: false, containerId: null },
});

/** A prober with one path that takes orders, the first few of them in vain. */
function prober(path: string, failures = 0) {
  const told: string[][] = [];
  const probing: Probing = {
    plan: {
      recorder: "prober@x",
      control: { host: "", port: 0 },
      blindOverMs: 200,
      probes: [
        {
          ...{ kind: "http", path, connection: "new", targets: [], port: 1 },
          ...{ url: "/", perSecond: 1, timeoutMs: 1 },
        },
      ],
    },
    control: async ({ body }) => {
      if (failures-- > 0) throw new Error("not now");
      told.push((body as { targets: string[] }).targets);
      return "";
    },
    ended: Promise.resolve(),
  };
  return { probing, told };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
}

it("keeps a worker's prober asking the Pods that are and the last three that are no more", async () => {
  const world = new World();
  const { probing, told } = prober("endpoint/new@worker");
  keepTargets(world, [probing], () => {});
  for (const names of [["1", "2"], ["2", "3"], ["4"], ["5"]]) {
    world.setPods(names.map(pod));
    await settle();
  }
  assert.deepEqual(told, [
    [],
    ["10.0.0.1", "10.0.0.2"],
    ["10.0.0.2", "10.0.0.3", "10.0.0.1"],
    ["10.0.0.4", "10.0.0.1", "10.0.0.2", "10.0.0.3"],
    ["10.0.0.5", "10.0.0.2", "10.0.0.3", "10.0.0.4"],
  ]);
});

it("keeps the host's prober asking the load balancer's address of now", async () => {
  const world = new World();
  const { probing, told } = prober(loadBalancerPath);
  keepTargets(world, [probing], () => {});
  const service = { service: "web-public", uid: "u", clusterIP: "", deleted: false };
  for (const loadBalancer of [["172.18.0.9"], []]) {
    world.setService({ ...service, loadBalancer });
    await settle();
  }
  assert.deepEqual(told, [[], ["172.18.0.9"], []]);
});

it("says when a prober could not be told, and tells it with the next change", async () => {
  const world = new World();
  const said: string[] = [];
  const { probing, told } = prober("endpoint/new@worker", 2);
  keepTargets(world, [probing], (line) => said.push(line));
  await settle();
  world.setPods([pod("1")]);
  await settle();
  world.setPods([pod("1"), pod("2")]);
  await settle();
  assert.equal(said.length, 2);
  assert.deepEqual(told, [["10.0.0.1", "10.0.0.2"]]);
});
