import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { test } from "node:test";
import { Asked } from "@svclab/contracts";
import { ask, startTestService } from "@svclab/service-kit/testing";
import { askApi } from "./ask-api.ts";
import { readApiUrl } from "./read-api-url.ts";
import { routes } from "./routes.ts";
import { startStranger } from "./stranger.ts";

const nobody = new URL("http://127.0.0.1:9");

test("each question is a new connection to the api, and its answer names both Pods", async (t) => {
  const api = await startTestService(t, () => {}, { POD_NAME: "api-1", POD_UID: "uid-api" });
  const apiUrl = new URL(`http://127.0.0.1:${await api.httpPort}`);
  const web = await startTestService(t, routes(apiUrl), { POD_NAME: "web-1" });
  for (let i = 0; i < 5; i++) {
    const answer = await ask(await web.httpPort, "/ask");
    const asked = Asked.parse(JSON.parse(answer.text));
    assert.equal(asked.web.podName, "web-1");
    assert.equal(asked.api?.podName, "api-1");
    assert.equal(asked.error, null);
    assert.equal(answer.headers.connection, "close", "the browser's next question is new, too");
  }
  const { text } = await ask(api.metricsPort, "/metrics");
  assert.match(text, /^http_connections_accepted_total 5$/m);
});

const files = [
  ["/", "text/html"],
  ["/style.css", "text/css"],
  ["/main.js", "text/javascript"],
  ["/icon.svg", "image/svg+xml"],
] as const;
for (const [path, type] of files) {
  test(`${path} is served as ${type}, on a connection of its own`, async (t) => {
    const web = await startTestService(t, routes(nobody));
    const { status, headers } = await ask(await web.httpPort, path);
    assert.equal(status, 200);
    assert.match(String(headers["content-type"]), new RegExp(`^${type.replace("+", "\\+")}`));
    assert.equal(headers.connection, "close");
  });
}

for (const path of ["/routes.ts", "/../routes.ts", "/%2e%2e/routes.ts", "/page/"]) {
  test(`${path} is not part of the page`, async (t) => {
    const web = await startTestService(t, routes(nobody));
    const status = (await ask(await web.httpPort, path)).status;
    assert.ok(status === 404 || status === 403, String(status));
  });
}

test("without an api the web says why, and goes on", async (t) => {
  const web = await startTestService(t, routes(nobody));
  const answer = await ask(await web.httpPort, "/ask");
  assert.equal(answer.status, 200);
  const { api, error } = Asked.parse(JSON.parse(answer.text));
  assert.equal(api, null);
  assert.equal(error, "The connection was refused: no Pod behind the Service is ready.");
});

const strangers: [string, RequestListener, RegExp][] = [
  ["never answers", () => {}, /^No answer came within 0\.3 seconds\.$/],
  [
    "stops in the middle",
    (_request, response) => void response.writeHead(200).write("{"),
    /^No answer came within 0\.3 seconds\.$/,
  ],
  ["cuts the connection", (request) => void request.socket.destroy(), /was cut before/],
  ["is another server", (_request, response) => void response.end("hello"), /is not the api\.$/],
  ["answers something else", (_request, response) => void response.end("{}"), /is not the api\.$/],
  ["talks without end", (_request, response) => talk(response), /is not the api\.$/],
  [
    "answers 503",
    (_request, response) => void response.writeHead(503, { "x-served-by-pod": "api-2" }).end(),
    /^api-2 answered with status 503\.$/,
  ],
];
for (const [what, listener, expected] of strangers) {
  test(`an api that ${what} is told apart`, async (t) => {
    const { api, error, tookMs } = await askApi(await startStranger(t, listener), 300);
    assert.equal(api, null);
    assert.match(String(error), expected);
    assert.ok(tookMs < 1_000, `${tookMs} ms`);
  });
}

test("API_URL is the Service's short name unless set, and must be http", () => {
  assert.equal(readApiUrl({}).href, "http://api/");
  assert.equal(readApiUrl({ API_URL: "http://elsewhere:81" }).href, "http://elsewhere:81/");
  for (const API_URL of ["", "api", "https://api", "file:///etc"])
    assert.throws(() => readApiUrl({ API_URL }), { code: "bad-environment" });
});

function talk(response: Parameters<RequestListener>[1]): void {
  const chunk = "x".repeat(16_384);
  const more = () => void (response.destroyed || response.write(chunk, more));
  more();
}
