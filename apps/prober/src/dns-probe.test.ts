import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { it, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { DnsProbe, Event } from "@svclab/contracts";
import { startProber } from "./prober.ts";
import { local, only, planOf, probeFor } from "./testing.ts";

/** What a server answers to a query: one record of a type with this data, or that there is none. */
type Answer = (nth: number) => { readonly type: number; readonly data: Buffer } | null;

const address: Answer = (nth) => ({ type: 1, data: Buffer.from([10, 0, 0, nth % 250]) });
const name = (text: string) =>
  Buffer.concat([
    ...text.split(".").map((part) => Buffer.from([part.length, ...Buffer.from(part)])),
    Buffer.from([0]),
  ]);

/** A DNS server whose answers have a long life. */
async function dnsServer(t: TestContext, answer: Answer): Promise<string> {
  const socket = createSocket("udp4");
  let queries = 0;
  socket.on("message", (query, { port, address: from }) => {
    const question = query.subarray(12, query.indexOf(0, 12) + 5);
    const head = Buffer.from(query.subarray(0, 12));
    const found = answer(queries++);
    head.writeUInt16BE(found ? 0x8400 : 0x8403, 2);
    head.writeUInt16BE(found ? 1 : 0, 6);
    head.writeUInt16BE(0, 10);
    const record = Buffer.from("c00c0000000100000078", "hex");
    record.writeUInt16BE(found?.type ?? 0, 2);
    const length = Buffer.from([0, found?.data.length ?? 0]);
    const parts = found ? [head, question, record, length, found.data] : [head, question];
    socket.send(Buffer.concat(parts), port, from);
  });
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
  const server = await dnsServer(t, address);
  const resolved = only(await probeFor(500, { ...lookUp, server }), "resolved");
  assert.ok(resolved.length >= 9);
  assert.equal(new Set(resolved.flatMap((one) => one.addresses)).size, resolved.length);
});

for (const [record, type, data, said] of [
  ["CNAME", 5, name("api.svclab"), "api.svclab"],
  [
    "SRV",
    33,
    Buffer.concat([Buffer.from([0, 0, 0, 100, 0, 80]), name("api.svclab")]),
    "api.svclab:80",
  ],
] as const)
  it(`asks for ${record} records and tells what they say`, async (t) => {
    const server = await dnsServer(t, () => ({ type, data }));
    const resolved = only(await probeFor(200, { ...lookUp, server, record }), "resolved");
    assert.ok(resolved.length > 0);
    assert.ok(resolved.every(({ addresses }) => addresses.join() === said));
    const none = await dnsServer(t, () => null);
    const empty = only(await probeFor(200, { ...lookUp, server: none, record }), "resolved");
    assert.ok(empty.length > 0 && empty.every(({ addresses }) => addresses.length === 0));
  });

it("asks nothing until it is told, and nothing more once it is told to rest", async (t) => {
  const server = await dnsServer(t, address);
  const events: Event[] = [];
  const plan = planOf({ ...lookUp, server, paused: true });
  const prober = startProber(plan, (event) => void events.push(event));
  await sleep(200);
  assert.deepEqual(events, []);
  for (const targets of [[lookUp.name], []]) {
    prober.setTargets({ path: lookUp.path, targets });
    await sleep(200);
  }
  const asked = events.length;
  assert.ok(asked >= 3 && asked <= 6, `${asked} asked`);
  await sleep(150);
  await prober.stop();
  assert.equal(events.length, asked);
});

it("writes no address where the server says there is no such name", async (t) => {
  const server = await dnsServer(t, () => null);
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
