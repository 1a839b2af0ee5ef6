import assert from "node:assert/strict";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { freeBytes, requireDisk } from "./disk.ts";
import { portIsFree, requirePorts } from "./ports.ts";

test("a directory that is not made yet has its parent's room", async () => {
  assert.ok((await freeBytes(join(tmpdir(), "not", "made", "yet"))) > 0);
});

test("less room than needed is told with both figures", async () => {
  await requireDisk(tmpdir(), 1);
  await assert.rejects(requireDisk(tmpdir(), 1e18), {
    code: "disk-short",
    expected: /1000000000.0 GB free/,
    found: /^[0-9.]+ GB free$/,
  });
});

test("a port is free until something listens on it, and then it is told", async () => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, done));
  const { port } = server.address() as AddressInfo;
  assert.equal(await portIsFree(port), false);
  await assert.rejects(requirePorts([port]), {
    code: "port-taken",
    expected: new RegExp(`${port}`),
  });
  await new Promise((done) => server.close(done));
  await requirePorts([port]);
});
