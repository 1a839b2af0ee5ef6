import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { type TestContext, test } from "node:test";
import { NoteProblem, noteHeaders, noteProblem, servedBy, viaApi } from "@svclab/contracts";
import { type Answer, ask, startTestService } from "@svclab/service-kit/testing";
import { raw } from "express";
import { handOn } from "./hand-on.ts";
import { routes } from "./routes.ts";
import { startStranger } from "./stranger.ts";

const nobody = new URL("http://127.0.0.1:9");
const json = { "content-type": "application/json" };

/** A web before an api that answers with what it was asked, and 201. */
async function webBefore(t: TestContext) {
  const api = await startTestService(
    t,
    (app) =>
      app.use(raw({ type: () => true }), ({ method, originalUrl, headers, body }, response) => {
        response.set({ [noteHeaders.gtid]: "a:1", [noteHeaders.member]: "mysql-0", "x-else": "1" });
        response.status(201).json({ method, url: originalUrl, headers, body: String(body ?? "") });
      }),
    { POD_NAME: "api-1", NODE_NAME: "n2" },
  );
  const web = await startTestService(t, routes(new URL(`http://127.0.0.1:${await api.httpPort}`)), {
    POD_NAME: "web-1",
  });
  return { port: await web.httpPort, api };
}

test("method, path, query, body and the notes' headers arrive at the api, and no other", async (t) => {
  const { port } = await webBefore(t);
  const body = '{"text":"a ü"}';
  const headers = {
    ...json,
    "content-length": Buffer.byteLength(body),
    ...{ [noteHeaders.idempotencyKey]: "k1", [noteHeaders.gtid]: "b:2", cookie: "c=1" },
  };
  const answer = await ask(port, "/notes/7?limit=3&before=9", { method: "DELETE", headers, body });
  const came = JSON.parse(answer.text);
  assert.deepEqual([came.method, came.url], ["DELETE", "/notes/7?limit=3&before=9"]);
  assert.equal(came.body, body);
  const names = Object.keys(came.headers).filter((name) => !["host", "connection"].includes(name));
  const expected = ["content-type", "idempotency-key", "x-gtid", "content-length"];
  assert.deepEqual(names.toSorted(), expected.toSorted());
  assert.equal(came.headers[noteHeaders.idempotencyKey], "k1");
  assert.equal(came.headers[noteHeaders.gtid], "b:2");
});

test("the answer names the web Pod, the api Pod and the member", async (t) => {
  const { port } = await webBefore(t);
  const { status, headers } = await ask(port, "/notes");
  assert.equal(status, 201);
  assert.equal(headers[servedBy.podName], "web-1");
  assert.equal(headers[viaApi.podName], "api-1");
  assert.equal(headers[viaApi.node], "n2");
  assert.equal(headers[noteHeaders.member], "mysql-0");
  assert.equal(headers[noteHeaders.gtid], "a:1");
  assert.equal(headers.connection, "close");
  assert.equal(headers["x-else"], undefined);
});

test("an address that names another host is asked of the api all the same", async (t) => {
  const { port } = await webBefore(t);
  const answer = await ask(port, "http://127.0.0.1:9/notes?limit=1");
  assert.equal(answer.status, 201);
  assert.equal(JSON.parse(answer.text).url, "/notes?limit=1");
});

test("a body beyond the limit is refused before the api is asked", async (t) => {
  const { port, api } = await webBefore(t);
  const { status } = await ask(port, "/notes", {
    ...{ method: "POST", headers: json, body: " ".repeat(17_000) },
  });
  assert.equal(status, 413);
  const { text } = await ask(api.metricsPort, "/metrics");
  assert.match(text, /^http_connections_accepted_total 0$/m);
});

const cut: RequestListener = (request) => void request.socket.destroy();
const silent: RequestListener = () => {};
type Row = [string, "GET" | "POST" | "DELETE", RequestListener | null, number, string, string?];
const unanswered: Row[] = [
  ["a read is refused", "GET", null, 503, "about:blank"],
  ["a read is cut off", "GET", cut, 503, "about:blank"],
  ["a write that was never sent wrote nothing", "POST", null, 503, noteProblem.nothingWritten],
  ["a removal that was never sent wrote nothing", "DELETE", null, 503, noteProblem.nothingWritten],
  ["of a write that was cut off nobody knows", "POST", cut, 504, noteProblem.outcomeUnknown, "k1"],
  ["of a write without an answer, too", "POST", silent, 504, noteProblem.outcomeUnknown, "k1"],
  ["a removal that was cut off has no key", "DELETE", cut, 504, noteProblem.outcomeUnknown],
];
for (const [what, method, listener, status, type, key] of unanswered)
  test(`without an answer of the api: ${what}`, async (t) => {
    const api = listener ? await startStranger(t, listener) : nobody;
    const answer = await handedOn(t, api, method);
    const problem = NoteProblem.parse(JSON.parse(answer.text));
    assert.deepEqual([answer.status, problem.status, problem.type], [status, status, type]);
    assert.equal(problem.idempotencyKey, key);
    assert.equal(answer.headers[viaApi.podName], undefined);
  });

test("an answer that breaks off is not ended as if it were whole", async (t) => {
  const api = await startStranger(t, (_request, response) => {
    response.writeHead(200).write("half");
    setTimeout(() => response.destroy(), 50);
  });
  await assert.rejects(handedOn(t, api, "GET"), /aborted|hang up|ECONNRESET/);
});

async function handedOn(t: TestContext, api: URL, method: string): Promise<Answer> {
  const web = await startTestService(t, (app) =>
    app.all("/notes", raw({ type: () => true }), handOn(api, 300)),
  );
  const headers = { ...json, [noteHeaders.idempotencyKey]: "k1" };
  return ask(await web.httpPort, "/notes", { method, headers });
}
