import assert from "node:assert/strict";
import { test } from "node:test";
import type { Step } from "./look.ts";
import { nextStep } from "./next-step.ts";
import { pods, type SimServer, SimulatedGroup } from "./simulated-group.ts";

/** What an agent has decided on by an earlier look, and not done yet. */
type Intention = { readonly step: Step; readonly version: number } | null;

/** Mulberry32: the same seed gives the same run. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function play(seed: number, events: number) {
  const random = randomOf(seed);
  const world = new SimulatedGroup(random);
  const intentions: Intention[] = pods.map(() => null);
  const pick = () => world.servers[Math.floor(random() * pods.length)] as SimServer;
  const agent = (at: number, reach: (peer: number) => boolean, dies: () => boolean) => {
    const intended = intentions[at] ?? null;
    intentions[at] = null;
    if (intended !== null) return world.perform(at, intended.step, intended.version, dies());
    const { version } = world;
    intentions[at] = { step: nextStep(world.look(at, reach)), version };
  };
  for (let event = 0; event < events; event++) {
    const server = pick();
    const dice = random();
    if (dice < 0.6)
      agent(
        server.at,
        () => random() < 0.5,
        () => random() < 0.4,
      );
    else if (dice < 0.72) world.write();
    else if (dice < 0.82) world.flush(server);
    else if (dice < 0.86) server.up = true;
    else if (dice < 0.875) world.kill(server);
    else if (dice < 0.89) for (const each of world.servers) world.kill(each);
    else if (dice < 0.91) intentions[server.at] = null;
    else if (dice < 0.93 && server.up) world.stop(server);
    else if (dice < 0.97) world.finishJoin(server);
    else world.giveUp(server);
    world.living();
  }
  // From here on nothing breaks: the group must come back by itself.
  for (let round = 0; round < 60; round++)
    for (const server of world.servers) {
      server.up = true;
      world.giveUp(server);
      world.flush(server);
      for (let half = 0; half < 2; half++)
        agent(
          server.at,
          () => true,
          () => false,
        );
    }
  return world;
}

const runs = 1_000;

test(`${runs} runs of kills, stops, cut-off looks and agents that die: never two groups, nothing lost, and it comes back`, () => {
  let begun = 0;
  for (let seed = 1; seed <= runs; seed++) {
    try {
      const world = play(seed, 400);
      const living = world.living();
      assert.ok(living !== undefined, `no group; ${JSON.stringify(world.record)}`);
      assert.equal(living.view.size, pods.length, `not all are in it: ${[...living.view]}`);
      for (const n of world.acknowledged)
        assert.ok(world.servers[living.primary]?.executed.has(n), `acknowledged ${n} is lost`);
      begun += world.begun;
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
  assert.ok(begun > runs * 2, `groups begun: ${begun}`);
});
