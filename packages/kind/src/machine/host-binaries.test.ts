import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { ToolError } from "@svclab/contracts";
import { ensureHostBinary, type HostBinaryOptions } from "./host-binaries.ts";
import { hostPlatforms, type Release, releaseLock } from "./release-lock.ts";

const program = Buffer.from(`#!/bin/sh\necho ${"kind ".repeat(10_000)}\n`);
const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** A release site on loopback, a directory, and what was said and built. */
async function stage(context: TestContext, answer: RequestListener) {
  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const directory = await mkdtemp(join(tmpdir(), "host binaries "));
  context.after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(directory, { recursive: true });
  });
  const site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const release: Release = {
    version: "9.9.9",
    url: `${site}/kind`,
    checksum: { sha256: sha256(program) },
  };
  const said: string[] = [];
  const options: HostBinaryOptions = {
    say: (line) => said.push(line),
    buildWithGo: async (name) => `/built/${name}`,
    release,
    directory,
    offline: false,
    limits: { answerMs: 300, stallMs: 300 },
  };
  return { server, site, directory, release, said, options };
}

const serve =
  (bytes: Buffer): RequestListener =>
  (_request, response) =>
    response.end(bytes);

test("the released file is put in place, executable, and not fetched again", async (context) => {
  let asked = 0;
  const { directory, options, server } = await stage(context, (request, response) => {
    asked += 1;
    serve(program)(request, response);
  });
  const first = await ensureHostBinary("kind", options);
  assert.deepEqual(await readFile(first.path), program);
  assert.equal((await stat(first.path)).mode & 0o777, 0o755);
  assert.equal(first.lane, "released");
  server.close();
  assert.deepEqual(await ensureHostBinary("kind", options), first);
  assert.equal(asked, 1);
  assert.equal((await readdir(directory)).length, 1);
});

test("another file than the locked one is refused with both checksums and not kept", async (context) => {
  const other = Buffer.from("something else");
  const { directory, options } = await stage(context, serve(other));
  await assert.rejects(ensureHostBinary("kind", options), (error) => {
    assert.ok(error instanceof ToolError);
    assert.equal(error.code, "checksum-mismatch");
    assert.match(error.expected, new RegExp(sha256(program)));
    assert.match(error.found, new RegExp(sha256(other)));
    return true;
  });
  assert.deepEqual(await readdir(directory), []);
});

test("a file that ends early without telling is refused", async (context) => {
  const { directory, options } = await stage(context, (_request, response) => {
    response.setHeader("connection", "close");
    response.useChunkedEncodingByDefault = false;
    response.end(program.subarray(0, 1000));
  });
  await assert.rejects(ensureHostBinary("kind", options), { code: "checksum-mismatch" });
  assert.deepEqual(await readdir(directory), []);
});

const unavailable: [string, RequestListener, RegExp][] = [
  ["no such file", (_request, response) => response.writeHead(404).end(), /status 404/],
  ["a site that does not answer", () => undefined, /no answer within 300 ms/],
  [
    "a connection that is cut in the middle",
    (_request, response) => {
      response.writeHead(200, { "content-length": program.length });
      response.write(program.subarray(0, 1000), () => response.destroy());
    },
    /terminated|closed/,
  ],
  [
    "a site that stops in the middle",
    (_request, response) => {
      response.writeHead(200, { "content-length": program.length });
      response.write(program.subarray(0, 1000));
    },
    /nothing came for 300 ms/,
  ],
];
for (const [sentence, answer, why] of unavailable) {
  test(`${sentence}: it is built with Go, and why is said`, async (context) => {
    const { directory, options, said } = await stage(context, answer);
    const found = await ensureHostBinary("kind", options);
    assert.deepEqual(found, { path: "/built/kind", version: "9.9.9", lane: "built" });
    assert.match(said.join("\n"), why);
    assert.deepEqual(await readdir(directory), []);
  });
}

test("nobody at the other end: it is built with Go at once", async (context) => {
  const { options, server } = await stage(context, serve(program));
  server.close();
  const began = performance.now();
  assert.equal((await ensureHostBinary("kind", options)).lane, "built");
  assert.ok(performance.now() - began < 250);
});

test("offline, nobody is asked", async (context) => {
  let asked = 0;
  const { options, said } = await stage(context, () => {
    asked += 1;
  });
  assert.equal((await ensureHostBinary("kind", { ...options, offline: true })).lane, "built");
  assert.deepEqual([asked, said], [0, []]);
});

test("neither release nor Go: both reasons are told", async (context) => {
  const { options } = await stage(context, (_request, response) => response.writeHead(404).end());
  const buildWithGo = async (): Promise<string> => {
    throw new ToolError({
      code: "go-missing",
      expected: "Go",
      found: "no go on PATH",
      todo: "install Go",
    });
  };
  await assert.rejects(ensureHostBinary("kind", { ...options, buildWithGo }), (error) => {
    assert.ok(error instanceof ToolError);
    assert.equal(error.code, "host-binary-unavailable");
    assert.match(error.found, /status 404[\s\S]*no go on PATH/);
    assert.equal(error.todo, "install Go");
    return true;
  });
});

test("an interrupted download is an interruption, not a reason to build", async (context) => {
  const { directory, options } = await stage(context, () => undefined);
  await assert.rejects(ensureHostBinary("kind", { ...options, signal: AbortSignal.timeout(50) }), {
    name: "TimeoutError",
  });
  assert.deepEqual(await readdir(directory), []);
});

test("an archive is checked against the published list and unpacked", async (context) => {
  const archive = gzipSync(tar("cloud-provider-kind", program));
  const lists: Record<string, Buffer> = {
    "/a.tar.gz": archive,
    "/good.txt": Buffer.from(`${"0".repeat(64)}  b.tar.gz\n${sha256(archive)}  a.tar.gz\n`),
    "/bad.txt": Buffer.from(`${"0".repeat(64)}  a.tar.gz\n`),
    "/other.txt": Buffer.from(`${"0".repeat(64)}  b.tar.gz\n`),
  };
  const { options, site } = await stage(context, (request, response) =>
    response.end(lists[request.url ?? ""]),
  );
  const ensure = (list: string) =>
    ensureHostBinary("cloud-provider-kind", {
      ...options,
      release: {
        version: "1",
        url: `${site}/a.tar.gz`,
        checksum: { published: `${site}/${list}` },
        member: "cloud-provider-kind",
      },
    });
  await assert.rejects(ensure("bad.txt"), { code: "checksum-mismatch" });
  assert.equal((await ensure("other.txt")).lane, "built");
  const found = await ensure("good.txt");
  assert.equal(found.lane, "released");
  assert.deepEqual(await readFile(found.path), program);
});

test("each platform is locked to the same version, by SHA-256 or by a published list", () => {
  for (const [name, platforms] of Object.entries(releaseLock)) {
    const releases = hostPlatforms.map((platform) => platforms[platform]);
    assert.equal(new Set(releases.map(({ version }) => version)).size, 1, name);
    assert.equal(new Set(releases.map(({ url }) => url)).size, 4, name);
    for (const { checksum } of releases) {
      assert.match(
        "sha256" in checksum ? checksum.sha256 : checksum.published,
        /^([0-9a-f]{64}|https:.*_checksums\.txt)$/,
      );
    }
  }
});

/** One file as a ustar archive, POSIX.1-1988. */
function tar(name: string, bytes: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write("0000755\0", 100);
  header.write(`${bytes.length.toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0", 136);
  header.write("        0", 148);
  header.write("ustar\x0000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([header, bytes, Buffer.alloc(1024 + ((512 - (bytes.length % 512)) % 512))]);
}
