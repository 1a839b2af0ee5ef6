import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { oneAtATime } from "./one-at-a-time.ts";

async function stage(context: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), "one at a time "));
  context.after(() => rm(folder, { recursive: true }));
  return { folder, file: join(folder, "cluster.busy") };
}

test("a second command is refused while the first works, and told whose turn it is", async (context) => {
  const { file } = await stage(context);
  await oneAtATime(file, async () => {
    await assert.rejects(
      oneAtATime(file, async () => "never"),
      {
        code: "cluster-busy",
        found: new RegExp(`^process ${process.pid} at work: .*node`),
      },
    );
  });
});

test("what the work returns or throws comes through, and the file goes", async (context) => {
  const { file, folder } = await stage(context);
  assert.equal(await oneAtATime(file, async () => 7), 7);
  await assert.rejects(
    oneAtATime(file, async () => Promise.reject(new Error("broken"))),
    /broken/,
  );
  assert.deepEqual(await readdir(folder), []);
});

test("a holder that was killed holds nothing", async (context) => {
  const { file, folder } = await stage(context);
  const killed = spawn(process.execPath, ["-e", ""]);
  await once(killed, "close");
  await writeFile(file, `${killed.pid}\n${process.execPath} -e `);
  assert.equal(await oneAtATime(file, async () => 7), 7);
  assert.deepEqual(await readdir(folder), []);
});

test("nor does another program that has its process id now", async (context) => {
  const { file } = await stage(context);
  await writeFile(file, `${process.pid}\nsvclab up`);
  assert.equal(await oneAtATime(file, async () => 7), 7);
});

test("nor does a file that somebody emptied", async (context) => {
  const { file } = await stage(context);
  await writeFile(file, "");
  assert.equal(await oneAtATime(file, async () => 7), 7);
});
