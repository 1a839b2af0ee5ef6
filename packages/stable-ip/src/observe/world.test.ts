import assert from "node:assert/strict";
import { it } from "node:test";
import type { SeenPod } from "@svclab/contracts";
import { World } from "./world.ts";

const pod: SeenPod = {
  ...{ podUid: "a", name: "api-a", ip: "10.244.1.4", node: "worker" },
  ...{ ready: true, terminating: false, containerId: null },
};

it("remembers the address of a Pod whose status lost it before it went", () => {
  const world = new World();
  world.setPods([pod]);
  world.setPods([{ ...pod, ip: null, terminating: true }]);
  world.setPods([]);
  assert.deepEqual(
    world.gone.map(({ ip }) => ip),
    ["10.244.1.4"],
  );
});
