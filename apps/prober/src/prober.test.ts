import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { it, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type DnsProbe,
  type Event,
  type EventOf,
  type HttpProbe,
  type ProberPlan,
  seenFrom,
} from "@svclab/contracts";
import { nowMs } from "./clock.ts";
import { startProber } from "./prober.ts";

const local = "127.0.0.1";
const ask: HttpProbe = {
  kind: "http",
  path: "test/new@here",
  connection: "new",
  targets: [local],
  port: 1,
  url: "/whoami",
  perSecond: 100,
  timeoutMs: 1_000,
};

function planOf(probe: HttpProbe | DnsProbe): ProberPlan {
  const control = { host: local, port: 0 };
  return { recorder: "prober@here", control, blindOverMs: 200, probes: [probe] };
}

async function probeFor(ms: number, probe: HttpProbe | DnsProbe): Promise<Event[]> {
  const events: Event[] = [];
  const prober = startProber(planOf(probe), (event) => void events.push(event));
  await sleep(ms);
  await prober.stop();
  return events;
}

function only<K extends Event["kind"]>(events: readonly Event[], kind: K): EventOf<K>[] {
  return events.filter((event): event is EventOf<K> => event.kind === kind);
}

async function nullServer(t: TestContext): Promise<{ server: ChildProcess; port: number }> {
  const script = new URL("./null-server.ts", import.meta.url).pathname;
  const server = spawn(process.execPath, [script], { stdio: ["pipe", "pipe", "inherit"] });
  t.after(() => server.kill("SIGKILL"));
  const [line] = (await server.stdout?.take(1).toArray()) ?? [];
  return { server, port: Number(line) };
}

/** A TCP server that does with each connection what it is told to. */
async function rawServer(t: TestContext, accept: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    accept(socket);
  });
  await new Promise<void>((listening) => server.listen(0, local, listening));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

it("keeps its schedule, with one connection a request", async (t) => {
  const { port } = await nullServer(t);
  const answered = only(await probeFor(2_000, { ...ask, port }), "answered");
  assert.ok(Math.abs(answered.length - 200) <= 2, `${answered.length} answers in 2 s at 100/s`);
  const due = answered.map((one) => one.scheduledMs).sort((a, b) => a - b);
  const steps = due.slice(1).map((at, index) => at - (due[index] ?? 0));
  assert.ok(steps.every((step) => Math.abs(step - 10) < 0.01));
  assert.ok(answered.every((one) => one.sentMs >= one.scheduledMs));
  assert.ok(answered.every((one) => one.podUid === "null-server" && one.status === 200));
  assert.equal(new Set(answered.map((one) => one.connection)).size, answered.length);
  const late = answered.map((one) => one.sentMs - one.scheduledMs).sort((a, b) => a - b);
  t.diagnostic(`lateness p99 ${late[Math.floor(late.length * 0.99)]?.toFixed(2)} ms`);
});

async function httpServer(t: TestContext, answer: RequestListener): Promise<number> {
  const server = createHttpServer(answer).listen(0, local);
  t.after(() => server.close());
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

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

it("sees at the right times a server that stands still for 250 ms", async (t) => {
  const { server, port } = await nullServer(t);
  const probed = probeFor(1_200, { ...ask, port, timeoutMs: 100 });
  await sleep(500);
  server.kill("SIGSTOP");
  const stoppedMs = nowMs();
  await sleep(250);
  server.kill("SIGCONT");
  const resumedMs = nowMs();
  const lost = only(await probed, "unanswered");
  assert.ok(lost.every((one) => one.why === "timeout"));
  const due = lost.map((one) => one.scheduledMs);
  const [first, last] = [Math.min(...due), Math.max(...due)];
  assert.ok(first > stoppedMs - 40 && first < stoppedMs + 40, `${first - stoppedMs} ms`);
  const lastMs = resumedMs - 100;
  assert.ok(last > lastMs - 40 && last < lastMs + 40, `${last - lastMs} ms`);
  assert.ok(lost.length >= 10, `${lost.length} lost`);
});

it("counts the time taken from the schedule, not from the sending", async (t) => {
  const { port } = await nullServer(t);
  const probed = probeFor(400, { ...ask, port });
  await sleep(100);
  const untilMs = nowMs() + 150;
  while (nowMs() < untilMs);
  const answered = only(await probed, "answered");
  const late = answered.filter((one) => one.sentMs - one.scheduledMs > 50);
  assert.ok(late.length >= 8, `${late.length} late`);
  assert.ok(late.every((one) => one.tookMs > one.sentMs - one.scheduledMs));
});

it("says that it saw nothing while it stood still itself", async (t) => {
  const { port } = await nullServer(t);
  const probed = probeFor(700, { ...ask, port });
  await sleep(100);
  const untilMs = nowMs() + 350;
  while (nowMs() < untilMs);
  const blind = only(await probed, "blind");
  assert.equal(blind.length, 1);
  assert.ok((blind[0]?.forMs ?? 0) >= 350);
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

it("asks new targets from when it is told, and the old ones no more", async (t) => {
  const { port } = await nullServer(t);
  const events: Event[] = [];
  const plan = planOf({ ...ask, port });
  const prober = startProber(plan, (event) => void events.push(event));
  await sleep(200);
  const toldMs = nowMs();
  assert.equal(prober.setTargets({ path: ask.path, targets: ["127.0.0.2"] }), true);
  assert.equal(prober.setTargets({ path: "no such path", targets: [] }), false);
  await sleep(200);
  await prober.stop();
  const requests = [...only(events, "answered"), ...only(events, "unanswered")];
  const before = requests.filter((one) => one.sentMs < toldMs);
  const after = requests.filter((one) => one.sentMs >= toldMs);
  assert.ok(before.length > 0 && before.every((one) => one.target === local));
  // The null server listens on one address only.
  assert.ok(after.length > 0 && after.every((one) => one.target === "127.0.0.2"));
  assert.ok(after.every((one) => one.kind === "unanswered"));
});

/** A DNS server that gives every name one address with a long life, or says there is no such name. */
async function dnsServer(t: TestContext, found: boolean): Promise<string> {
  const socket = createSocket("udp4");
  socket.on("message", (query, { port, address }) => {
    const question = query.subarray(12, query.indexOf(0, 12) + 5);
    const head = Buffer.from(query.subarray(0, 12));
    head.writeUInt16BE(found ? 0x8400 : 0x8403, 2);
    head.writeUInt16BE(found ? 1 : 0, 6);
    head.writeUInt16BE(0, 10);
    const answer = Buffer.from("c00c00010001000000780004", "hex");
    const ip = Buffer.from([10, 0, 0, socketQueries++ % 250]);
    const parts = found ? [head, question, answer, ip] : [head, question];
    socket.send(Buffer.concat(parts), port, address);
  });
  let socketQueries = 0;
  await new Promise<void>((bound) => socket.bind(0, local, bound));
  t.after(() => void socket.close());
  return `${local}:${socket.address().port}`;
}

const lookUp: Omit<DnsProbe, "server"> = {
  kind: "dns",
  path: "headless-dns@here",
  name: "api-direct.svclab.svc.cluster.local",
  perSecond: 20,
  timeoutMs: 200,
};

it("sends every DNS query to the server, whatever life the last answer had", async (t) => {
  const server = await dnsServer(t, true);
  const resolved = only(await probeFor(500, { ...lookUp, server }), "resolved");
  assert.ok(resolved.length >= 9);
  assert.equal(new Set(resolved.flatMap((one) => one.addresses)).size, resolved.length);
});

it("writes no address where the server says there is no such name", async (t) => {
  const server = await dnsServer(t, false);
  const events = await probeFor(200, { ...lookUp, server });
  assert.ok(events.length > 0);
  assert.ok(only(events, "resolved").every((one) => one.addresses.length === 0));
  assert.equal(only(events, "resolved").length, events.length);
});

it("says that a name was not resolved where the server is silent", async (t) => {
  const silent = createSocket("udp4");
  await new Promise<void>((bound) => silent.bind(0, local, bound));
  t.after(() => void silent.close());
  const server = `${local}:${silent.address().port}`;
  const unresolved = only(await probeFor(100, { ...lookUp, server }), "unresolved");
  assert.ok(unresolved.length > 0);
  assert.ok(unresolved.every((one) => one.why === "ETIMEOUT" && one.tookMs >= 190));
});
