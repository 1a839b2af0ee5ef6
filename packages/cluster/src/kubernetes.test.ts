import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { it, type TestContext } from "node:test";
import { KubeConfig } from "@kubernetes/client-node";
import { ApiError } from "./api-error.ts";
import { kinds } from "./kinds.ts";
import { KubernetesCluster } from "./kubernetes.ts";

const pod = { namespace: "here", name: "talker" };
const signal = new AbortController().signal;
const groups: Readonly<Record<string, object>> = {
  "/api/v1": {
    resources: [
      { name: "pods", kind: "Pod", namespaced: true },
      { name: "pods/log", kind: "Pod", namespaced: true },
      { name: "namespaces", kind: "Namespace", namespaced: false },
    ],
  },
  "/apis/apps/v1": { resources: [{ name: "deployments", kind: "Deployment", namespaced: true }] },
};

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** An API server that knows its kinds, writes down what it was asked, and answers as told. */
async function serving(t: TestContext, answer: Answer) {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const body = (await request.toArray()).join("");
    const group = groups[request.url ?? ""];
    if (group !== undefined) return void response.end(JSON.stringify(group));
    asked.push(`${request.method} ${request.url}`);
    answer(request, response, body);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: "near", server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
    { name: "me", token: "secret" },
  );
  const cluster = new KubernetesCluster(config);
  t.after(() => {
    cluster.close();
    server.closeAllConnections();
    server.close();
  });
  return { cluster, asked };
}

it("asks over one kept connection, with the user's token", async (t) => {
  const ports = new Set<number | undefined>();
  const { cluster, asked } = await serving(t, (request, response) => {
    ports.add(request.socket.remotePort);
    assert.equal(request.headers.authorization, "Bearer secret");
    response.end(JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { name: "talker" } }));
  });
  await cluster.get(kinds.pod, pod);
  await cluster.get(kinds.pod, pod);
  assert.deepEqual(new Set(asked), new Set(["GET /api/v1/namespaces/here/pods/talker"]));
  assert.equal(ports.size, 1);
});

it("applies on the server's side, by force, as svclab, in no namespace where the kind has none", async (t) => {
  const { cluster, asked } = await serving(t, (request, response, body) => {
    assert.equal(request.headers["content-type"], "application/apply-patch+yaml");
    response.end(body);
  });
  await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "new" } });
  assert.deepEqual(asked, ["PATCH /api/v1/namespaces/new?fieldManager=svclab&force=true"]);
});

it("scales by the scale subresource", async (t) => {
  const { cluster, asked } = await serving(t, (_, response, body) => {
    assert.deepEqual(JSON.parse(body), { spec: { replicas: 0 } });
    response.end("{}");
  });
  await cluster.scale(
    { apiVersion: "apps/v1", kind: "Deployment", namespace: "here", name: "api" },
    0,
  );
  assert.deepEqual(asked, [
    "PATCH /apis/apps/v1/namespaces/here/deployments/api/scale?fieldManager=svclab",
  ]);
});

it("removes by uid and grace", async (t) => {
  const { cluster } = await serving(t, (request, response, body) => {
    assert.equal(request.method, "DELETE");
    const { gracePeriodSeconds, preconditions } = JSON.parse(body);
    assert.deepEqual([gracePeriodSeconds, preconditions], [0, { uid: "u" }]);
    response.end("{}");
  });
  const ref = { apiVersion: "v1", kind: "Pod", ...pod };
  assert.equal(await cluster.remove(ref, { uid: "u", graceSeconds: 0 }), true);
});

it("tells a watch's changes and versions, across chunks that cut a line and a letter", async (t) => {
  const { cluster, asked } = await serving(t, (_, response) => {
    const line = (type: string, name: string, resourceVersion: string) =>
      `${JSON.stringify({ type, object: { metadata: { name, resourceVersion } } })}\n`;
    const bytes = Buffer.from(
      line("ADDED", "é", "7") + line("BOOKMARK", "", "9") + line("DELETED", "é", "11"),
    );
    const cut = bytes.indexOf(0xc3) + 1;
    response.write(bytes.subarray(0, cut));
    setTimeout(() => response.end(bytes.subarray(cut)), 20);
  });
  const told: string[] = [];
  const sink = {
    opened: () => void told.push("opened"),
    changed: (change: string, object: { metadata: { name: string } }) =>
      void told.push(`${change} ${object.metadata.name}`),
    reached: (version: string) => void told.push(version),
  };
  await cluster.watch(kinds.pod, { namespace: "here", labels: "a=b", from: "5" }, sink, signal);
  assert.deepEqual(told, ["opened", "ADDED é", "7", "9", "DELETED é", "11"]);
  const { searchParams } = new URL(`http://x${asked[0]?.slice(4)}`);
  assert.deepEqual(
    [searchParams.get("resourceVersion"), searchParams.get("labelSelector")],
    ["5", "a=b"],
  );
});

it("throws what a watch's own error line says", async (t) => {
  const { cluster } = await serving(t, (_, response) => {
    response.end(
      `${JSON.stringify({ type: "ERROR", object: { code: 410, message: "too old" } })}\n`,
    );
  });
  const sink = { opened: () => {}, changed: () => {}, reached: () => {} };
  await assert.rejects(
    cluster.watch(kinds.pod, { from: "1" }, sink, signal),
    (error) => error instanceof ApiError && error.status === 410,
  );
});

it("ends an open watch with the signal's reason", async (t) => {
  const { cluster } = await serving(t, (_, response) => void response.flushHeaders());
  const stop = new AbortController();
  const sink = {
    opened: () => stop.abort(new Error("enough")),
    changed: () => {},
    reached: () => {},
  };
  await assert.rejects(cluster.watch(kinds.pod, { from: "1" }, sink, stop.signal), /enough/);
});

it("takes what the node says of its own troubles for no line of the log", async (t) => {
  const { cluster } = await serving(t, (_, response) => {
    response.end("2026-01-01T00:00:01.5Z one\nfailed to try resolving symlinks in path\n");
  });
  const lines: string[] = [];
  const reading = cluster.log(pod, { follow: true }, (_at, text) => void lines.push(text), signal);
  await assert.rejects(reading, /the node says: failed to try/);
  assert.deepEqual(lines, ["one"]);
});

it("tells a log's lines with their times", async (t) => {
  const { cluster, asked } = await serving(t, (_, response) => {
    response.end("2026-01-01T00:00:00.000000001Z one two\n2026-01-01T00:00:00.000000002Z \n");
  });
  const lines: [string, string][] = [];
  await cluster.log(pod, { follow: true }, (at, text) => void lines.push([at, text]), signal);
  assert.deepEqual(lines, [
    ["2026-01-01T00:00:00.000000001Z", "one two"],
    ["2026-01-01T00:00:00.000000002Z", ""],
  ]);
  assert.deepEqual(asked, [
    "GET /api/v1/namespaces/here/pods/talker/log?timestamps=true&follow=true",
  ]);
});

it("asks a Pod through the API server and hands on any status", async (t) => {
  const { cluster, asked } = await serving(t, (_, response, body) => {
    response.writeHead(418).end(body);
  });
  const answer = await cluster.askPod(pod, { port: 9, method: "PUT", path: "/x", body: { a: 1 } });
  assert.deepEqual(answer, { status: 418, body: '{"a":1}' });
  assert.deepEqual(asked, ["PUT /api/v1/namespaces/here/pods/talker:9/proxy/x"]);
});

it("says what the API said when it refuses", async (t) => {
  const { cluster } = await serving(t, (_, response) => {
    response.writeHead(403).end(JSON.stringify({ message: "pods is forbidden" }));
  });
  await assert.rejects(cluster.list(kinds.pod, {}), { status: 403, message: /pods is forbidden/ });
});

it("says where it looked when nobody listens", async () => {
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: "gone", server: "http://127.0.0.1:9", skipTLSVerify: true },
    { name: "me" },
  );
  await assert.rejects(new KubernetesCluster(config).list(kinds.pod, {}), {
    code: "cluster-unreachable",
    expected: /127.0.0.1:9/,
  });
});
