import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { Problem, seenFrom, servedBy, WhoAmI } from "@svclab/contracts";
import { HttpProblem } from "./problem.ts";
import { ask, startTestService } from "./testing.ts";

test("whoami tells the Pod, the app and its version", async (t) => {
  const service = await startTestService(t);
  const { text } = await ask(await service.httpPort, "/whoami");
  const who = WhoAmI.parse(JSON.parse(text));
  assert.equal(who.podUid, "uid-1");
  assert.equal(who.node, "n1");
  assert.equal(who.app, "test");
  assert.equal(who.version, "1.2.3");
});

test("every answer of every port says which Pod gave it, to whom, and may not be stored", async (t) => {
  const service = await startTestService(t);
  const asked = [
    [await service.httpPort, "/whoami", 200],
    [await service.httpPort, "/nothing-here", 404],
    [await service.httpPort, "/%ff", 404],
    [service.adminPort, "/livez", 200],
    [service.adminPort, "/faults", 404],
    [service.metricsPort, "/metrics", 200],
    [service.metricsPort, "/", 404],
  ] as const;
  for (const [port, path, status] of asked) {
    const { headers, ...answer } = await ask(port, path);
    assert.equal(answer.status, status, path);
    assert.equal(headers[servedBy.podUid], "uid-1", path);
    assert.equal(headers[servedBy.podName], "pod-1", path);
    assert.equal(headers[servedBy.node], "n1", path);
    assert.equal(headers[seenFrom], "127.0.0.1", path);
    assert.equal(headers["cache-control"], "no-store", path);
  }
});

test("bytes that are not HTTP are told so by the same Pod", async (t) => {
  const service = await startTestService(t);
  const socket = connect((await service.httpPort) ?? 0, "127.0.0.1");
  socket.end("not http at all\r\n\r\n");
  const text = (await socket.setEncoding("utf8").toArray()).join("");
  assert.match(text, /^HTTP\/1\.1 400 Bad Request\r\n/);
  assert.match(text, /x-served-by-uid: uid-1\r\n/);
  assert.match(text, /application\/problem\+json/);
});

const failures = [
  ["an unknown path", "/nothing", 404, "There is no GET /nothing here."],
  ["a thrown error, without its text", "/throws", 500, undefined],
  ["a rejected promise", "/rejects", 500, undefined],
] as const;
for (const [what, path, status, detail] of failures) {
  test(`${what} is a problem`, async (t) => {
    const service = await startTestService(t, (app) => {
      app.get("/throws", () => {
        throw new Error("a secret");
      });
      app.get("/rejects", () => Promise.reject(new Error("a secret")));
    });
    const answer = await ask(await service.httpPort, path);
    assert.equal(answer.headers["content-type"], "application/problem+json; charset=utf-8");
    const problem = Problem.parse(JSON.parse(answer.text));
    assert.equal(answer.status, status);
    assert.equal(problem.status, status);
    assert.equal(problem.detail, detail);
  });
}

test("a problem may have a type, members of its own and a time to ask again", async (t) => {
  const service = await startTestService(t, (app) => {
    app.get("/busy", () => {
      const more = { type: "urn:svclab:busy", members: { colour: "blue" }, retryAfterSeconds: 3 };
      throw new HttpProblem(503, "Not now.", more);
    });
  });
  const { headers, text } = await ask(await service.httpPort, "/busy");
  assert.equal(headers["retry-after"], "3");
  assert.deepEqual(JSON.parse(text), {
    type: "urn:svclab:busy",
    title: "Service Unavailable",
    status: 503,
    detail: "Not now.",
    colour: "blue",
  });
});

test("a page is told to stay on http", async (t) => {
  const service = await startTestService(t);
  const { headers } = await ask(await service.httpPort, "/whoami");
  const policy = String(headers["content-security-policy"]);
  assert.match(policy, /script-src 'self'(;|$)/);
  assert.doesNotMatch(policy, /upgrade-insecure-requests|unsafe-inline/);
  assert.equal(headers["strict-transport-security"], undefined);
});

test("metrics count requests by route and connections as they are accepted", async (t) => {
  const service = await startTestService(t);
  const port = await service.httpPort;
  for (const path of ["/whoami", "/whoami", "/a", "/b"]) await ask(port, path);
  const { text, headers } = await ask(service.metricsPort, "/metrics");
  assert.match(String(headers["content-type"]), /^text\/plain/);
  assert.match(text, /^http_connections_accepted_total 4$/m);
  assert.match(text, /^http_requests_total\{method="GET",route="\/whoami",status="200"\} 2$/m);
  assert.match(text, /^http_requests_total\{method="GET",route="other",status="404"\} 2$/m);
  assert.match(text, /^http_request_duration_seconds_count\{.*"\/whoami".*\} 2$/m);
  assert.match(text, /^process_cpu_seconds_total /m);
});

test("a main port that listens late is not ready before, and the admin port says so", async (t) => {
  const env = { FAULTS: "on", FAULT_TOKEN: "sixteen-characters", LISTEN_DELAY_MS: "400" };
  const service = await startTestService(t, () => {}, env);
  const status = async (path: string) => (await ask(service.adminPort, path)).status;
  assert.equal(await status("/livez"), 200);
  assert.equal(await status("/startupz"), 503);
  assert.equal(await status("/readyz"), 503);
  await service.httpPort;
  assert.equal(await status("/startupz"), 200);
  assert.equal(await status("/readyz"), 200);
});

test("a stop before the main port listens is a stop", async (t) => {
  const env = { FAULTS: "on", FAULT_TOKEN: "sixteen-characters", LISTEN_DELAY_MS: "600000" };
  const service = await startTestService(t, () => {}, env);
  await service.stop({ stragglersMs: 0, idleMs: 0, deadlineMs: 0 });
  assert.equal(await service.httpPort, null);
});

test("a Pod that drains stays ready while its listener is open, and no longer", async (t) => {
  const service = await startTestService(t);
  await service.httpPort;
  const never = connect((await service.httpPort) ?? 0, "127.0.0.1");
  t.after(() => never.destroy());
  const stopped = service.stop({ stragglersMs: 300, idleMs: 600, deadlineMs: 2_000 });
  assert.equal((await ask(service.adminPort, "/readyz")).status, 200);
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.equal((await ask(service.adminPort, "/readyz")).status, 503);
  assert.equal((await ask(service.adminPort, "/livez")).status, 200);
  await stopped;
});
