import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { it, type TestContext } from "node:test";
import type { DnsProbe } from "@svclab/contracts";
import { local, only, probeFor } from "./testing.ts";

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
