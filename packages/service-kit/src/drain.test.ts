import assert from "node:assert/strict";
import { Agent } from "node:http";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Routes } from "./main-app.ts";
import { ask, startTestService } from "./testing.ts";

const quick = { stragglersMs: 300, idleMs: 400, deadlineMs: 5_000 };

const slow: Routes = (app) => {
  app.get("/slow", async (_request, response) => {
    await sleep(800);
    response.json({});
  });
  app.get("/never", () => {});
};

function keptConnection(t: TestContext): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  return agent;
}

test("under load on new and on kept connections, a drain loses no request", async (t) => {
  const leaving = await startTestService(t);
  const staying = await startTestService(t);
  let port = await leaving.httpPort;
  const agents = [Agent, Agent, Agent, Agent].map(() => keptConnection(t));
  const lost: unknown[] = [];
  let sent = 0;
  const waiting = new Set<Agent | null>();
  const send = (agent: Agent | null) => {
    // One that is held back here would go to the old port later than anybody in a cluster would.
    if (waiting.has(agent)) return;
    waiting.add(agent);
    sent++;
    ask(port, "/whoami", { agent: agent ?? false })
      .catch((error: unknown) => lost.push(error))
      .finally(() => waiting.delete(agent));
  };
  const timer = setInterval(() => {
    for (const agent of [null, ...agents]) send(agent);
  }, 5);
  t.after(() => clearInterval(timer));

  await sleep(300);
  const drained = leaving.stop({ ...quick, stragglersMs: 1_500 });
  // A node's rules lag behind: new connections still come for a part of the stragglers' time. What
  // is left of it is for a machine with other things to do.
  await sleep(500);
  port = await staying.httpPort;
  const { cut, closedIdle, tookMs } = await drained;
  await sleep(200);
  clearInterval(timer);
  await sleep(100);

  assert.deepEqual(lost, []);
  assert.equal(cut, 0);
  assert.equal(closedIdle, 0, "every kept connection ended with an answer that said so");
  assert.ok(tookMs < quick.deadlineMs);
  assert.ok(sent > 50, `${sent} requests are a load`);
});

test("a request in flight at SIGTERM is answered, and its answer says close", async (t) => {
  const service = await startTestService(t, slow);
  const agent = keptConnection(t);
  const answer = ask(await service.httpPort, "/slow", { agent });
  await sleep(100);
  const drained = await service.stop(quick);
  assert.equal((await answer).status, 200);
  assert.equal((await answer).headers.connection, "close");
  assert.equal(drained.cut, 0);
});

test("an idle kept connection still gets an answer after the listener has closed", async (t) => {
  const service = await startTestService(t);
  const port = await service.httpPort;
  const agent = keptConnection(t);
  const before = await ask(port, "/whoami", { agent });
  assert.equal(before.headers.connection, "keep-alive");
  const drained = service.stop({ ...quick, idleMs: 2_000 });
  await sleep(500);
  await assert.rejects(ask(port, "/whoami"), { code: "ECONNREFUSED" });
  const after = await ask(port, "/whoami", { agent });
  assert.equal(after.localPort, before.localPort, "the same connection");
  assert.equal(after.headers.connection, "close");
  assert.equal((await drained).closedIdle, 0);
});

test("a kept connection that stays idle is closed, not cut, after its time", async (t) => {
  const service = await startTestService(t);
  const socket = connect(await portOf(service), "127.0.0.1");
  socket.write("GET /whoami HTTP/1.1\r\nHost: x\r\n\r\n");
  socket.resume();
  await sleep(100);
  let hadError: boolean | undefined;
  socket.once("close", (error) => {
    hadError = error;
  });
  const { closedIdle, tookMs } = await service.stop(quick);
  await sleep(50);
  assert.equal(hadError, false);
  assert.equal(closedIdle, 1);
  assert.ok(tookMs >= quick.stragglersMs && tookMs < 1_000, `${tookMs} ms`);
});

test("a connection opened ahead and never used is not held against the drain", async (t) => {
  const service = await startTestService(t);
  const socket = connect(await portOf(service), "127.0.0.1");
  t.after(() => socket.destroy());
  await sleep(50);
  const { closedIdle, cut } = await service.stop(quick);
  assert.deepEqual({ closedIdle, cut }, { closedIdle: 1, cut: 0 });
});

test("a request that never ends is cut at the deadline, and counted", async (t) => {
  const service = await startTestService(t, slow);
  const answer = assert.rejects(ask(await service.httpPort, "/never"), { code: "ECONNRESET" });
  await sleep(50);
  const { cut, tookMs } = await service.stop({ ...quick, deadlineMs: 700 });
  await answer;
  assert.equal(cut, 1);
  assert.ok(tookMs < 900, `${tookMs} ms`);
});

test("a client that asks for close need not close first", async (t) => {
  const service = await startTestService(t);
  // allowHalfOpen: this client would never close by itself.
  const socket = connect({ port: await portOf(service), host: "127.0.0.1", allowHalfOpen: true });
  t.after(() => socket.destroy());
  socket.write("GET /whoami HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  socket.resume();
  await new Promise((resolve) => socket.once("end", resolve));
});

async function portOf(service: { readonly httpPort: Promise<number | null> }): Promise<number> {
  return (await service.httpPort) ?? assert.fail("the main port does not listen");
}
