import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import {
  type Engine,
  type EngineApi,
  findEngine,
  removeByLabel,
  startEngineApi,
} from "@svclab/kind";
import { GenericContainer, Wait } from "testcontainers";

const run = promisify(execFile);
const label = "svclab.test=engine-api";
const image = "localhost/svclab-test-engine-api:1";
const server = `require("node:http").createServer((q, s) => s.end("hello from " + q.url)).listen(8080)`;
// The image is made of this host's own Node.js, so that none has to be pulled.
const skip =
  process.platform === "linux" ? false : "the host's programs do not run in a Linux container";

let engine: Engine;
let api: EngineApi;
let work: string;

before(async () => {
  if (skip !== false) return;
  work = await mkdtemp(join(tmpdir(), "svclab-api-"));
  engine = await findEngine(() => undefined);
  await removeByLabel(engine, label);
  await importImage();
  api = await startEngineApi(engine, { socket: join(work, "engine.sock") });
  Object.assign(process.env, api.env);
});

after(async () => {
  if (skip !== false) return;
  try {
    await removeByLabel(engine, label);
    await tell(["rmi", "-f", image]);
  } finally {
    await api?.stop();
    await rm(work, { recursive: true, force: true });
  }
});

test("a container starts, answers HTTP and is gone when stopped", { skip }, async () => {
  const container = await start();
  const url = `http://${container.getHost()}:${container.getMappedPort(8080)}/there`;
  assert.equal(await (await fetch(url)).text(), "hello from /there");
  assert.deepEqual(await labelled(), [container.getId()]);
  await container.stop();
  assert.deepEqual(await labelled(), []);
});

test("a container that nobody stopped is removed by its label, and only that one", {
  skip,
}, async () => {
  const other = "svclab.test=engine-api-other";
  await start();
  const kept = await start(other);
  try {
    await removeByLabel(engine, label);
    assert.deepEqual(await labelled(), []);
    assert.deepEqual(await labelled(other), [kept.getId()]);
  } finally {
    await removeByLabel(engine, other);
  }
});

test("a second start on the same socket ends the first", { skip }, async (context) => {
  if (engine.name === "docker") return context.skip("docker has one service");
  const socket = join(work, "second.sock");
  await startEngineApi(engine, { socket });
  const second = await startEngineApi(engine, { socket });
  await second.stop();
  const { stdout } = await run("ps", ["-eo", "args="]);
  assert.ok(!stdout.includes(socket), "no service is left");
});

test("a socket path that is too long is refused", { skip }, async (context) => {
  if (engine.name === "docker") return context.skip("docker has its own socket");
  await assert.rejects(startEngineApi(engine, { socket: join(work, "s".repeat(120)) }), {
    code: "socket-path-too-long",
  });
});

async function start(mark = label) {
  const [name = "", value = ""] = mark.split("=");
  return new GenericContainer(image)
    .withCommand([process.execPath, "-e", server])
    .withLabels({ [name]: value })
    .withExposedPorts(8080)
    .withWaitStrategy(Wait.forHttp("/", 8080))
    .withStartupTimeout(20_000)
    .start();
}

async function labelled(mark = label): Promise<string[]> {
  const list = await tell(["ps", "-aq", "--no-trunc", "--filter", `label=${mark}`]);
  return list.split("\n").filter((id) => id !== "");
}

/** A root file system of node and the shared libraries that it names. */
async function importImage(): Promise<void> {
  const root = join(work, "root");
  const libraries = (await run("ldd", [process.execPath])).stdout.match(/\/\S+/g) ?? [];
  for (const file of [process.execPath, ...libraries]) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await cp(file, join(root, file), { dereference: true });
  }
  const archive = join(work, "root.tar");
  await run("tar", ["-C", root, "-cf", archive, "."]);
  await tell(["import", "--change", `LABEL ${label}`, archive, image]);
}

async function tell(args: readonly string[]): Promise<string> {
  return (await run(engine.program, [...args], { env: { ...process.env, ...engine.env } })).stdout;
}
