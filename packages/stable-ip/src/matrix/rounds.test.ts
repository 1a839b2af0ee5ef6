import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Event, KillMode } from "@svclab/contracts";
import type { Fact } from "../observe/fact.ts";
import { roundsOf } from "./rounds.ts";

const startMs = 1_000_000;
/** How far the probers' clocks are before ours. */
const offMs = 300;
const nodes = ["control", "a", "b"];

/** A block: rounds of 4 s each, one second apart, every path asked each 100 ms in between too. */
class Block {
  readonly events: Event[] = [];

  constructor() {
    const world = { workload: "deployment/target", replicas: 3, nodes, workers: ["a", "b"] };
    this.at(0, {
      ...{ kind: "run-began", format: 2, run: "r1", commit: "c1", claims: [], faults: [] },
      ...{ control: false, violation: null },
      world: { ...world, nodeAddresses: {}, serviceNetwork: "", nodesReachable: true },
    });
    for (const vantage of ["a", "b", "host"]) {
      const recorder = `prober@${vantage}`;
      this.at(0, { kind: "clock", recorder, offsetMs: offMs, uncertaintyMs: 1 });
    }
  }

  at(ms: number, fact: Fact, from = "watch"): this {
    const atMs = startMs + ms + (from === "watch" ? 0 : offMs);
    this.events.push({ atMs, from, ...fact } as Event);
    return this;
  }

  round(
    fromMs: number,
    toMs: number,
    kill: KillMode = "sigkill",
    podIp: string | null = "10.1.0.1",
  ) {
    const podUid = podIp === null ? null : "uid-a";
    this.at(fromMs, { kind: "kill-round-began", kill, podUid, podIp });
    return this.at(toMs, { kind: "kill-round-ended", kill });
  }

  /** Answers each 100 ms, but for a stretch in which all are lost. */
  asked(path: string, lost: readonly [number, number] | null = null, target?: string): this {
    const from = `prober@${path.split("@")[1]}`;
    for (let ms = 0; ms < 10_000; ms += 100) {
      const isLost = lost !== null && ms >= lost[0] && ms < lost[1];
      const dueMs = startMs + ms + offMs;
      const sent = {
        path,
        scheduledMs: dueMs,
        sentMs: dueMs,
        tookMs: 10,
        ...(target && { target }),
      };
      this.at(
        ms + 10,
        isLost
          ? { kind: "unanswered", ...sent, why: "refused" }
          : { kind: "answered", ...sent, podUid: "uid-a", status: 200, connection: ms },
        from,
      );
    }
    return this;
  }

  rules(ms: number, node: string, ...ips: string[]): this {
    const endpoints = ips.map((ip) => `${ip}:8080`);
    const port = { service: "inside", port: "http" };
    return this.at(ms, { kind: "rules-changed", node, ...port, endpoints });
  }

  end() {
    return roundsOf(this.at(10_000, { kind: "run-ended", complete: true }).events);
  }
}

const cost = (requests: number, lost: number, silenceMs: number) => ({ requests, lost, silenceMs });

describe("a round's figures", () => {
  it("count what was lost within it, on the watch's clock, and the longest silence", () => {
    const block = new Block().round(1_000, 5_000).asked("ingress/new@host", [2_000, 2_500]);
    const [round] = block.end();
    assert.deepEqual(round?.paths, { "ingress/new": cost(41, 5, 600) });
    assert.equal(round?.atMs, startMs + 1_000);
    assert.equal(round?.kill, "sigkill");
  });

  it("leave out what was lost between two rounds", () => {
    const block = new Block().round(1_000, 3_000).round(5_000, 7_000, "crash");
    const rounds = block.asked("ingress/new@host", [3_500, 4_500]).end();
    assert.deepEqual(
      rounds.map(({ kill, paths }) => [kill, paths["ingress/new"]?.lost]),
      [
        ["sigkill", 0],
        ["crash", 0],
      ],
    );
  });

  it("take the worst silence of a way's places and addresses, and all their requests", () => {
    const block = new Block().round(1_000, 5_000);
    block.asked("cluster-ip/new@a").asked("cluster-ip/new@b", [2_000, 3_000]);
    block.asked("node-port/new@host", null, "172.18.0.2");
    block.asked("node-port/new@host", [2_000, 2_200], "172.18.0.3");
    assert.deepEqual(block.end()[0]?.paths, {
      "cluster-ip/new": cost(82, 10, 1_100),
      "node-port/new": cost(82, 2, 300),
    });
  });

  it("have the silence of each client that keeps its connection, not of all together", () => {
    const block = new Block().round(1_000, 5_000).asked("name/kept@a", [2_000, 3_000]);
    for (const event of block.events)
      if (event.kind === "answered") event.client = Math.round(event.sentMs / 100) % 2;
    assert.deepEqual(block.end()[0]?.paths, { "name/kept": cost(41, 10, 1_200) });
  });

  it("leave out a place whose prober stood still, and one whose clock nobody knows", () => {
    const block = new Block().round(1_000, 5_000).asked("cluster-ip/new@a");
    block.asked("cluster-ip/new@b", [2_000, 3_000]).asked("ingress/new@elsewhere");
    block.at(2_500, { kind: "blind", forMs: 400, why: "stood still" }, "prober@b");
    assert.deepEqual(block.end()[0]?.paths, { "cluster-ip/new": cost(41, 0, 100) });
  });

  it("are none of a round that did not end", () => {
    const block = new Block().at(1_000, {
      ...{ kind: "kill-round-began", kill: "hang", podUid: "uid-a", podIp: "10.1.0.1" },
    });
    assert.deepEqual(block.asked("ingress/new@host").end(), []);
  });
});

describe("the time until the API knows", () => {
  const pod = { podUid: "uid-a", name: "a", ip: "10.1.0.1", node: "a", containerId: "c" };
  const told = (ready: boolean): Fact => {
    return { kind: "pods-seen", pods: [{ ...pod, ready, terminating: false }] };
  };

  it("is that of the first sight of the Pod that is not ready, or of none of it", () => {
    const block = new Block().at(500, told(false)).round(1_000, 5_000).at(1_200, told(true));
    assert.equal(block.at(1_700, told(false)).at(2_000, told(true)).end()[0]?.noticedMs, 700);
    const gone = new Block().round(1_000, 5_000).at(1_300, { kind: "pods-seen", pods: [] });
    assert.equal(gone.end()[0]?.noticedMs, 300);
  });

  it("is none where it was ready all the time, and where no Pod was meant", () => {
    const block = () => new Block().at(1_200, told(true)).at(6_000, told(false));
    assert.equal(block().round(1_000, 5_000).end()[0]?.noticedMs, null);
    assert.equal(block().round(1_000, 7_000, "roll-out", null).end()[0]?.noticedMs, null);
  });
});

it("both times are none where the watch stood still, and a way's cost where its end was not seen", () => {
  const block = new Block().round(1_000, 5_000).asked("ingress/new@host");
  for (const node of nodes) block.rules(100, node, "10.1.0.1").rules(2_000, node);
  block.at(1_300, { kind: "pods-seen", pods: [] });
  assert.deepEqual([block.end()[0]?.noticedMs, block.end()[0]?.rulesMs], [300, 1_000]);
  block.at(4_000, { kind: "blind", forMs: 400, why: "it stood still", late: true });
  assert.deepEqual([block.end()[0]?.noticedMs, block.end()[0]?.rulesMs], [null, null]);
  const early = new Block().round(1_000, 5_000).asked("ingress/new@host");
  const cut = early.events.filter(
    ({ kind, atMs }) => kind !== "answered" || atMs < startMs + 4_500,
  );
  assert.deepEqual(roundsOf(cut)[0]?.paths, {});
});

describe("the time to the rules", () => {
  const began = () => {
    const block = new Block().round(1_000, 5_000);
    for (const node of nodes) block.rules(100, node, "10.1.0.1", "10.1.0.2");
    return block;
  };

  it("is the last node's, from the kill", () => {
    const block = began().rules(1_400, "a", "10.1.0.2").rules(1_500, "control", "10.1.0.2");
    assert.equal(block.rules(2_250, "b", "10.1.0.2").end()[0]?.rulesMs, 1_250);
  });

  it("is that of the first rules that do not lead there, whoever else has gone before", () => {
    const block = began();
    for (const node of nodes) block.rules(1_200, node, "10.1.0.1").rules(1_900, node);
    assert.equal(block.end()[0]?.rulesMs, 900);
  });

  it("is none where one node leads there still, or was not seen", () => {
    const block = began().rules(1_400, "a", "10.1.0.2").rules(1_500, "control", "10.1.0.2");
    assert.equal(block.end()[0]?.rulesMs, null);
    const unseen = began().rules(1_400, "a").rules(1_500, "control").rules(1_600, "b");
    unseen.at(9_000, { kind: "rules-unseen", node: "b", why: "lost" });
    assert.equal(unseen.end()[0]?.rulesMs, null);
  });

  it("is none where no one Pod was killed, and not that of an address that only begins alike", () => {
    assert.equal(new Block().round(1_000, 5_000, "roll-out", null).end()[0]?.rulesMs, null);
    const block = new Block().round(1_000, 5_000);
    for (const node of nodes) block.rules(100, node, "10.1.0.1").rules(2_000, node, "10.1.0.11");
    assert.equal(block.end()[0]?.rulesMs, 1_000);
  });
});
