import assert from "node:assert/strict";
import { test } from "node:test";
import { nextStep } from "./next-step.ts";
import { pods, SimulatedGroup } from "./simulated-group.ts";

/** Interleavings that chance meets seldom, played by hand. */
function formed(): SimulatedGroup {
  const world = new SimulatedGroup(() => 0.5);
  for (let round = 0; round < 8; round++) for (const at of [0, 1, 2]) act(world, at);
  assert.equal(world.living()?.view.size, pods.length);
  return world;
}

function act(world: SimulatedGroup, at: number, sees: (peer: number) => boolean = () => true) {
  const step = nextStep(world.look(at, sees));
  world.perform(at, step, world.version, false);
  return step;
}

function server(world: SimulatedGroup, at: number) {
  const found = world.servers[at];
  assert.ok(found !== undefined);
  return found;
}

test("a join that a dead agent left under way does not outlive the promise of the next", () => {
  const world = formed();
  world.kill(server(world, 2));
  server(world, 2).up = true;
  const join = nextStep(world.look(2, () => true));
  assert.equal(join.do, "join");
  world.perform(2, join, world.version, true);
  assert.ok(server(world, 2).joining);
  assert.equal(act(world, 2, () => false).do, "promise");
  world.finishJoin(server(world, 2));
  assert.equal(server(world, 2).group, null, "it promised to stand still");
});

test("a promise is not taken back by a write from before a leader was decided on", () => {
  const world = formed();
  world.kill(server(world, 0));
  server(world, 0).up = true;
  assert.equal(act(world, 0, () => false).do, "promise");
  const takeBack = nextStep(world.look(0, () => true));
  assert.equal(takeBack.do, "write");
  const asOf = world.version;
  for (const at of [1, 2]) {
    world.kill(server(world, at));
    server(world, at).up = true;
  }
  for (const at of [1, 2, 1, 2, 1, 2]) act(world, at, () => false);
  const { epoch, stopped } = world.record;
  assert.deepEqual(Object.keys(stopped).sort(), pods);
  world.perform(0, takeBack, asOf, false);
  assert.deepEqual(Object.keys(world.record.stopped).sort(), pods, "the late write came too late");
  assert.equal(world.record.epoch, epoch);
});

test("a member that its agent finds in an older group is stopped", () => {
  const world = formed();
  world.record = { ...world.record, epoch: 9, incarnation: "of another group" };
  for (const at of [0, 1, 2]) assert.equal(act(world, at).do, "stop");
  assert.equal(world.living(), undefined);
});
