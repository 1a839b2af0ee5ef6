import assert from "node:assert/strict";
import { test } from "node:test";
import { NoteProblem, noteHeaders, noteProblem } from "@svclab/contracts";
import { ask, startTestService } from "@svclab/service-kit/testing";
import { openDatabase } from "../database/database.ts";
import { routesOn } from "../routes.ts";

/** Nothing listens there. */
const nowhere = { host: "127.0.0.1", port: 9, user: "nobody", password: "none", ca: "" };
const database = openDatabase({ primary: nowhere, read: nowhere });
const headers = { "content-type": "application/json" };
const body = JSON.stringify({ text: "a note" });

for (const [method, path] of [
  ["GET", "/notes"],
  ["POST", "/notes"],
  ["GET", "/notes/1"],
  ["DELETE", "/notes/1"],
] as const)
  test(`${method} ${path} says how to get a database where there is none`, async (t) => {
    const service = await startTestService(t, routesOn(null));
    const { status, text } = await ask(await service.httpPort, path, { method });
    assert.equal(status, 503);
    assert.match(NoteProblem.parse(JSON.parse(text)).detail ?? "", /\.\/svclab install --database/);
  });

const refused = [
  ["a body that is no JSON by its type", "POST", "/notes", 415, { headers: {}, body }],
  [
    "JSON in another encoding",
    "POST",
    "/notes",
    415,
    {
      headers: { "content-type": "application/json; charset=latin1" },
      body,
    },
  ],
  [
    "a compressed body",
    "POST",
    "/notes",
    415,
    {
      headers: { ...headers, "content-encoding": "gzip" },
      body,
    },
  ],
  ["a body beyond the limit", "POST", "/notes", 413, { headers, body: " ".repeat(17_000) }],
  [
    "a key that is none",
    "POST",
    "/notes",
    400,
    {
      headers: { ...headers, [noteHeaders.idempotencyKey]: "a b" },
      body,
    },
  ],
  ["an id that is no number", "GET", "/notes/first", 400, {}],
  ["an id beyond all that there can be", "GET", "/notes/18446744073709551616", 400, {}],
  ["a note to remove by a name", "DELETE", "/notes/first", 400, {}],
  ["a page of none", "GET", "/notes?limit=0", 400, {}],
  ["a page of too many", "GET", "/notes?limit=101", 400, {}],
  ["a page that is not asked for so", "GET", "/notes?after=1", 400, {}],
  [
    "a set of transactions that is none",
    "GET",
    "/notes",
    400,
    {
      headers: { [noteHeaders.gtid]: "latest" },
    },
  ],
] as const;
for (const [what, method, path, expected, options] of refused)
  test(`${what} is refused before the database is asked`, async (t) => {
    const service = await startTestService(t, routesOn(database));
    const { status, text } = await ask(await service.httpPort, path, { method, ...options });
    assert.equal(status, expected, text);
    assert.equal(NoteProblem.parse(JSON.parse(text)).status, expected);
  });

test("where nothing listens a write certainly wrote nothing, and says when to ask again", async (t) => {
  const service = await startTestService(t, routesOn(database));
  const answer = await ask(await service.httpPort, "/notes", { method: "POST", headers, body });
  const problem = NoteProblem.parse(JSON.parse(answer.text));
  assert.equal(answer.status, 503);
  assert.equal(problem.type, noteProblem.nothingWritten);
  assert.match(problem.detail ?? "", /ECONNREFUSED/);
  assert.equal(answer.headers["retry-after"], "1");
  assert.equal(answer.headers[noteHeaders.member], undefined, "no member had a part in it");
});

test("where nothing listens a read is tried twice, and the Pod is ready all the same", async (t) => {
  const service = await startTestService(t, routesOn(database));
  const { writes, reads } = database;
  const before = reads.failures.get("unreachable") ?? 0;
  assert.equal((await ask(await service.httpPort, "/notes")).status, 503);
  assert.equal(reads.failures.get("unreachable"), before + 2);
  assert.equal((await ask(service.adminPort, "/readyz")).status, 200);
  for (const pool of [writes, reads]) pool.close();
});
