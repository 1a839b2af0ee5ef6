import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { FaultState } from "@svclab/contracts";
import type { Service } from "./start-service.ts";
import { ask, faultToken, startTestService } from "./testing.ts";

const on = { FAULTS: "on", FAULT_TOKEN: faultToken };
const headers = { authorization: `Bearer ${faultToken}` };
const put = (service: Service, name: string, body: unknown) =>
  ask(service.adminPort, `/faults/${name}`, {
    method: "PUT",
    headers,
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
const clear = (service: Service) =>
  ask(service.adminPort, "/faults", { method: "DELETE", headers });

for (const method of ["GET", "PUT", "DELETE"]) {
  test(`where faults are off, ${method} finds nothing, even with a token`, async (t) => {
    const service = await startTestService(t, () => {}, { ...on, FAULTS: "off" });
    const path = method === "PUT" ? "/faults/readiness" : "/faults";
    const answer = await ask(service.adminPort, path, { method, headers });
    assert.equal(answer.status, 404);
  });
}

const strangers = [
  ["no token", undefined],
  ["another token", "Bearer another-token-as-long-as"],
  ["a part of the token", `Bearer ${faultToken.slice(0, -1)}`],
  ["the token in another scheme", `Basic ${faultToken}`],
] as const;
for (const [who, authorization] of strangers) {
  test(`with ${who}, nothing is switched`, async (t) => {
    const service = await startTestService(t, () => {}, on);
    const answer = await ask(service.adminPort, "/faults/readiness", {
      method: "PUT",
      headers: authorization ? { authorization } : {},
      body: '{"ready":false}',
    });
    assert.equal(answer.status, 401);
    await service.httpPort;
    assert.equal((await ask(service.adminPort, "/readyz")).status, 200);
  });
}

const refused = [
  ["readiness", {}],
  ["readiness", { ready: "no" }],
  ["readiness", { ready: false, forever: true }],
  ["readiness", { ready: false, forMs: 3_600_000 }],
  ["delay", { ms: 60_001 }],
  ["delay", { ms: -1 }],
  ["status", { code: 200 }],
  ["hang", { forMs: 0 }],
  ["hang", { forMs: 3_600_000 }],
  ["crash", { exitCode: 0 }],
  ["crash", "[1]"],
  ["crash", "{not json"],
] as const;
for (const [name, body] of refused) {
  test(`${name} refuses ${JSON.stringify(body)}`, async (t) => {
    const service = await startTestService(t, () => {}, on);
    assert.equal((await put(service, name, body)).status, 400);
    assert.deepEqual(service.crashes, []);
  });
}

test("an unknown switch is not found", async (t) => {
  const service = await startTestService(t, () => {}, on);
  assert.equal((await put(service, "gravity", {})).status, 404);
});

test("readiness off and on again", async (t) => {
  const service = await startTestService(t, () => {}, on);
  await service.httpPort;
  const ready = async () => (await ask(service.adminPort, "/readyz")).status;
  assert.equal(await ready(), 200);
  const { text } = await put(service, "readiness", { ready: false });
  assert.equal(FaultState.parse(JSON.parse(text)).ready, false);
  assert.equal(await ready(), 503);
  assert.equal((await ask(service.adminPort, "/livez")).status, 200);
  assert.equal((await ask(await service.httpPort, "/whoami")).status, 200, "it still serves");
  await clear(service);
  assert.equal(await ready(), 200);
});

test("readiness off for a while comes back by itself, unless it is set again", async (t) => {
  const service = await startTestService(t, () => {}, on);
  await service.httpPort;
  const ready = async () => (await ask(service.adminPort, "/readyz")).status;
  const { text } = await put(service, "readiness", { ready: false, forMs: 150 });
  assert.ok((FaultState.parse(JSON.parse(text)).readyInMs ?? 0) > 0);
  assert.equal(await ready(), 503);
  await sleep(250);
  assert.equal(await ready(), 200);
  await put(service, "readiness", { ready: false, forMs: 150 });
  await put(service, "readiness", { ready: false });
  await sleep(250);
  assert.equal(await ready(), 503);
});

test("delay makes answers late", async (t) => {
  const service = await startTestService(t, () => {}, on);
  await put(service, "delay", { ms: 200 });
  const began = performance.now();
  assert.equal((await ask(await service.httpPort, "/whoami")).status, 200);
  assert.ok(performance.now() - began >= 199);
});

test("status makes every answer that status, as a problem", async (t) => {
  const service = await startTestService(t, () => {}, on);
  await put(service, "status", { code: 503 });
  const answer = await ask(await service.httpPort, "/whoami");
  assert.equal(answer.status, 503);
  assert.match(String(answer.headers["content-type"]), /^application\/problem\+json/);
});

test("crash calls exit with its code", async (t) => {
  const service = await startTestService(t, () => {}, on);
  await put(service, "crash", {});
  await put(service, "crash", { exitCode: 7 });
  assert.deepEqual(service.crashes, [1, 7]);
});

const hangs = [
  ["a hang holds requests and probes until it is over", { forMs: 300 }, false],
  ["a hang may leave the probes alone", { forMs: 300, probes: false }, true],
] as const;
for (const [title, body, probesAnswer] of hangs) {
  test(title, async (t) => {
    const service = await startTestService(t, () => {}, on);
    const port = await service.httpPort;
    const began = performance.now();
    await put(service, "hang", body);
    const tookMs = async (answer: Promise<unknown>) => {
      await answer;
      return performance.now() - began;
    };
    const [request, probe] = await Promise.all([
      tookMs(ask(port, "/whoami")),
      tookMs(ask(service.adminPort, "/livez")),
    ]);
    assert.ok(request >= 299, `${request} ms`);
    assert.equal(probe < 200, probesAnswer);
  });
}

test("clearing ends a hang, and what was held is answered", async (t) => {
  const service = await startTestService(t, () => {}, on);
  const port = await service.httpPort;
  await put(service, "hang", { forMs: 60_000 });
  const held = ask(port, "/whoami");
  const { text } = await ask(service.adminPort, "/faults", { headers });
  assert.ok((FaultState.parse(JSON.parse(text)).hang?.endsInMs ?? 0) > 50_000);
  await clear(service);
  assert.equal((await held).status, 200);
});
