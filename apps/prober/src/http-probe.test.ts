import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Event, type HttpProbe, seenFrom } from "@svclab/contracts";
import { nowMs } from "./clock.ts";
import { startProber } from "./prober.ts";
import { ask, httpServer, local, only, planOf, probeFor, rawServer } from "./testing.ts";

it("uses its kept connections in turn, and tells whose each is", async (t) => {
  const port = await httpServer(t, (_, response) => response.end("ok"));
  // Seldom enough that each answer is there before the next request: late ones take another.
  const seldom = { ...ask, port, perSecond: 10, connection: 3 } as const;
  const answered = only(await probeFor(1_200, seldom), "answered");
  const ports = answered.map((one) => one.connection);
  assert.equal(new Set(ports).size, 3);
  assert.ok(ports.slice(3).every((one, index) => one === ports[index]));
  assert.ok(answered.every(({ client }, index) => client === index % 3));
});

it("opens new connections for the same clients once it is told to", async (t) => {
  const port = await httpServer(t, (_, response) => response.end("ok"));
  const events: Event[] = [];
  const seldom = { ...ask, port, perSecond: 20, connection: 2 } as const;
  const prober = startProber(planOf(seldom), (event) => void events.push(event));
  await sleep(400);
  prober.setTargets({ path: ask.path, targets: [local], connection: "new" });
  const toldMs = nowMs();
  await sleep(600);
  await prober.stop();
  const after = only(events, "answered").filter(({ sentMs }) => sentMs > toldMs);
  assert.ok(after.length >= 8, `${after.length} answers`);
  assert.equal(new Set(after.map(({ connection }) => connection)).size, after.length);
  assert.deepEqual(new Set(after.map(({ client }) => client)), new Set([0, 1]));
});

it("names the host that it asks for, and tells the address that it came from", async (t) => {
  const port = await httpServer(t, ({ headers }, response) => {
    response.setHeader(seenFrom, `seen by ${headers.host}`).end();
  });
  const named = { ...ask, port, perSecond: 10, host: "a.example", tellsSource: true } as const;
  const [first] = only(await probeFor(300, named), "answered");
  assert.deepEqual(first?.source, { sent: local, seen: "seen by a.example" });
  const silent = await httpServer(t, (_, response) => response.end());
  const [untold] = only(await probeFor(300, { ...named, port: silent }), "answered");
  assert.ok(untold !== undefined && !("source" in untold));
  const [usual] = only(await probeFor(300, { ...ask, port, perSecond: 10 }), "answered");
  assert.ok(usual !== undefined && !("source" in usual) && !("client" in usual));
});

it("says refused where nobody listens", async (t) => {
  const port = await rawServer(t, () => {});
  const free = port === 1 ? 2 : 1;
  const events = await probeFor(100, { ...ask, port: free });
  assert.ok(events.length >= 9);
  assert.ok(only(events, "unanswered").every((one) => one.why === "refused"));
  assert.equal(only(events, "unanswered").length, events.length);
});

for (const [title, accept, why] of [
  ["reset where the connection is reset", (s: Socket) => void s.resetAndDestroy(), "reset"],
  ["reset where it is closed without an answer", (s: Socket) => void s.end(), "reset"],
  [
    "reset where an answer is cut short",
    (s: Socket) => {
      s.once("data", () => s.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"));
    },
    "reset",
  ],
  ["timeout where no answer comes", () => {}, "timeout"],
] as const) {
  it(`says ${title}`, async (t) => {
    const port = await rawServer(t, accept);
    const events = await probeFor(150, { ...ask, port, timeoutMs: 100 });
    assert.ok(events.length >= 10);
    for (const event of events) {
      assert.equal(event.kind, "unanswered");
      assert.ok(!("status" in event) && !("podUid" in event));
      assert.equal(event.kind === "unanswered" && event.why, why);
    }
  });
}

/** Answers each client's first request, and does with the next what it is told to. */
const onceThen = (then: (socket: Socket) => void) => (socket: Socket) => {
  socket.once("data", () => {
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    socket.once("data", () => then(socket));
  });
};

it("tells the client's port of one that timed out", async (t) => {
  const seen = new Set<number>();
  const silent = await rawServer(t, (socket) => void seen.add(socket.remotePort ?? 0));
  const events = await probeFor(300, { ...ask, port: silent, perSecond: 10, timeoutMs: 100 });
  const ports = only(events, "unanswered").map(({ connection }) => connection);
  assert.deepEqual(new Set(ports), seen);
  assert.ok(ports.length >= 2 && !seen.has(0), `${ports}`);
});

it("tells how far a request got, and whether its connection had carried an answer", async (t) => {
  const told = async (port: number, probe: Partial<HttpProbe>) => {
    const events = await probeFor(400, { ...ask, port, perSecond: 10, timeoutMs: 100, ...probe });
    const [first] = only(events, "unanswered");
    return first && { why: first.why, step: first.step, reused: first.reused };
  };
  const new_ = { reused: undefined };
  assert.deepEqual(await told(1, {}), { why: "refused", step: "connect", ...new_ });
  const silent = await rawServer(t, () => {});
  assert.deepEqual(await told(silent, {}), { why: "timeout", step: "answer", ...new_ });
  const resets = await rawServer(
    t,
    (socket) => void socket.once("data", () => socket.resetAndDestroy()),
  );
  assert.deepEqual(await told(resets, {}), { why: "reset", step: "answer", ...new_ });
  const dies = await rawServer(
    t,
    onceThen((socket) => void socket.resetAndDestroy()),
  );
  const kept = { connection: 1 } as const;
  assert.deepEqual(await told(dies, kept), { why: "reset", step: "answer", reused: true });
  const hangs = await rawServer(
    t,
    onceThen(() => {}),
  );
  assert.deepEqual(await told(hangs, kept), { why: "timeout", step: "answer", reused: true });
});
