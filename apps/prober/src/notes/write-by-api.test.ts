import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { noteProblem } from "@svclab/contracts";
import type { Outcome } from "./session.ts";
import { writeByApi } from "./write-by-api.ts";

const note = { id: "7", text: "run/api-1/1", createdAt: "2026-01-02T03:04:05.000Z" };
const member = { pod: "mysql-0", serverUuid: "uuid-0", through: "mysql-primary" };
const problem = (status: number, type: string) =>
  JSON.stringify({ type, title: "It was not done.", status });

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const say =
  (status: number, body: string): Answer =>
  (_request, response) =>
    void response.writeHead(status, { "content-type": "application/json" }).end(body);

const rows: readonly {
  title: string;
  answer: Answer;
  expected: Outcome["outcome"];
  why?: RegExp;
}[] = [
  { title: "201", answer: say(201, JSON.stringify({ note, member })), expected: "acknowledged" },
  {
    title: "200: it had been done before",
    answer: say(200, JSON.stringify({ note, member })),
    expected: "acknowledged",
  },
  {
    title: "201 with a body that is none of the api's",
    answer: say(201, "{}"),
    expected: "unknown",
  },
  {
    title: "503: nothing was written",
    answer: say(503, problem(503, noteProblem.nothingWritten)),
    expected: "refused",
    why: /^503 It was not done\.$/,
  },
  {
    title: "503 of another kind",
    answer: say(503, problem(503, "about:blank")),
    expected: "unknown",
  },
  {
    title: "504: nobody knows",
    answer: say(504, problem(504, noteProblem.outcomeUnknown)),
    expected: "unknown",
  },
  { title: "500 in plain words", answer: say(500, "oh"), expected: "unknown" },
  {
    title: "a connection that ends before the answer",
    answer: (request) => void request.socket.destroy(),
    expected: "unknown",
  },
  {
    title: "an answer that ends in the middle",
    answer: (request, response) => {
      response.writeHead(201, { "content-length": "100" }).write("{");
      setTimeout(() => request.socket.destroy(), 20);
    },
    expected: "unknown",
  },
  {
    title: "no answer in time",
    answer: () => undefined,
    expected: "unknown",
    why: /within 300 ms/,
  },
];

for (const { title, answer, expected, why } of rows)
  test(`${title}: ${expected}`, async (t) => {
    const port = await listen(t, answer);
    const write = writeByApi({ host: "127.0.0.1", port, timeoutMs: 300 });
    const came = await write("run/api-1/1", "run-api-1-1");
    assert.equal(came.outcome, expected);
    if (why !== undefined) assert.match(came.why ?? "", why);
    if (expected === "acknowledged") assert.deepEqual([came.id, came.serverUuid], ["7", "uuid-0"]);
  });

test("nobody listens: refused, as nothing was sent", async (t) => {
  const port = await listen(t, say(201, ""));
  const write = writeByApi({ host: "127.0.0.1", port: port === 1 ? 2 : 1, timeoutMs: 300 });
  assert.equal((await write("run/api-1/1", "key")).outcome, "refused");
});

test("a note is sent as JSON, with its key, over a connection that is kept", async (t) => {
  const seen: string[] = [];
  const ports = new Set<number | undefined>();
  const port = await listen(t, async (request, response) => {
    ports.add(request.socket.remotePort);
    seen.push(`${request.headers["idempotency-key"]} ${(await request.toArray()).join("")}`);
    say(201, JSON.stringify({ note, member }))(request, response);
  });
  const write = writeByApi({ host: "127.0.0.1", port, timeoutMs: 1_000 });
  await write("run/api-1/1", "key-1");
  await write("run/api-1/2", "key-2");
  assert.deepEqual(seen, ['key-1 {"text":"run/api-1/1"}', 'key-2 {"text":"run/api-1/2"}']);
  assert.equal(ports.size, 1);
});

async function listen(t: TestContext, answer: Answer): Promise<number> {
  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
