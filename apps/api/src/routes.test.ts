import assert from "node:assert/strict";
import { test } from "node:test";
import { Echo, Problem, servedBy } from "@svclab/contracts";
import { ask, startTestService } from "@svclab/service-kit/testing";
import { routesOn } from "./routes.ts";

test("the index names what there is", async (t) => {
  const service = await startTestService(t, routesOn(null));
  const { text } = await ask(await service.httpPort, "/");
  assert.deepEqual(Object.keys(JSON.parse(text)), [
    "GET /whoami",
    "* /echo",
    "POST /notes",
    "GET /notes",
    "GET /notes/:id",
    "DELETE /notes/:id",
  ]);
});

test("echo tells the request as it arrived", async (t) => {
  const service = await startTestService(t, routesOn(null));
  const port = await service.httpPort;
  const headers = { "X-Colour": "blue", "Set-Cookie": ["a=1", "b=2"], "X-Empty": "" };
  const answer = await ask(port, "/echo", { method: "PATCH", headers, body: "unread" });
  const echo = Echo.parse(JSON.parse(answer.text));
  assert.equal(echo.method, "PATCH");
  assert.equal(echo.url, "/echo");
  assert.equal(echo.httpVersion, "1.1");
  assert.deepEqual(echo.source, { address: "127.0.0.1", port: answer.localPort });
  assert.deepEqual(echo.local, { address: "127.0.0.1", port });
  assert.equal(echo.headers["x-colour"], "blue");
  assert.equal(echo.headers["x-empty"], "");
  assert.deepEqual(echo.headers["set-cookie"], ["a=1", "b=2"]);
  assert.equal(answer.headers[servedBy.podUid], "uid-1");
});

test("echo answers with the status and the delay it is asked for", async (t) => {
  const service = await startTestService(t, routesOn(null));
  const began = performance.now();
  const { status } = await ask(await service.httpPort, "/echo?status=418&delayMs=150");
  assert.equal(status, 418);
  assert.ok(performance.now() - began >= 149);
});

const refused = [
  ["a status that is no answer", "/echo?status=100", "status"],
  ["a delay beyond its bound", "/echo?delayMs=30001", "delayMs"],
  ["a delay that is no number", "/echo?delayMs=soon", "delayMs"],
  ["the same name twice", "/echo?delayMs=1&delayMs=2", "delayMs"],
  ["an unknown name", "/echo?colour=blue", ""],
] as const;
for (const [what, path, field] of refused) {
  test(`echo refuses ${what}`, async (t) => {
    const service = await startTestService(t, routesOn(null));
    const { status, text } = await ask(await service.httpPort, path);
    assert.equal(status, 400);
    assert.equal(Problem.parse(JSON.parse(text)).errors?.[0]?.path, field);
  });
}

test("a body beyond the limit is refused as a problem, and the next request is served", async (t) => {
  const service = await startTestService(t, routesOn(null));
  const port = await service.httpPort;
  const { status, text } = await ask(port, "/echo", { method: "POST", body: "x".repeat(17_000) });
  assert.equal(status, 413);
  assert.equal(Problem.parse(JSON.parse(text)).title, "Payload Too Large");
  assert.equal((await ask(port, "/echo")).status, 200);
});
