import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { removeAbandoned } from "./abandoned.ts";

test("what a dead process left goes; what a living one works on, and all else, stays", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "abandoned-"));
  context.after(() => rm(folder, { recursive: true }));
  const dead = spawn(process.execPath, ["-e", ""]);
  await once(dead, "close");
  const kept = [`k6-${process.pid}`, `k60-${dead.pid}`, "k6-other", "k6-"];
  for (const name of [...kept, `k6-${dead.pid}`]) await mkdir(join(folder, name));
  await removeAbandoned(folder, "k6-");
  assert.deepEqual((await readdir(folder)).sort(), kept.sort());
});

test("a folder that is not there has nothing in it", () => removeAbandoned("/not/there", "k6-"));
