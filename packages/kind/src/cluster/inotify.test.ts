import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { requireInotify } from "./inotify.ts";

interface Process {
  readonly uid: number;
  readonly instances: number;
}

/** A /proc with these processes and this limit. */
async function proc(context: TestContext, limit: number | null, processes: readonly Process[]) {
  const folder = await mkdtemp(join(tmpdir(), "inotify-"));
  context.after(() => rm(folder, { recursive: true }));
  if (limit !== null) {
    await mkdir(join(folder, "sys/fs/inotify"), { recursive: true });
    await writeFile(join(folder, "sys/fs/inotify/max_user_instances"), `${limit}\n`);
  }
  for (const [at, { uid, instances }] of processes.entries()) {
    const files = join(folder, `${at + 1}`, "fd");
    await mkdir(files, { recursive: true });
    await writeFile(join(folder, `${at + 1}`, "status"), `Name:\tx\nUid:\t${uid}\t0\t0\t0\n`);
    await symlink("/dev/null", join(files, "0"));
    for (let file = 1; file <= instances; file++)
      await symlink("anon_inode:inotify", join(files, `${file}`));
  }
  return folder;
}

const enough: [string, number | null, Process[]][] = [
  ["the default limit is enough for a first cluster", 128, [{ uid: 0, instances: 4 }]],
  ["another user's instances count against another limit", 128, [{ uid: 1000, instances: 120 }]],
  ["a host without the setting is not asked", null, [{ uid: 0, instances: 500 }]],
];
for (const [sentence, limit, processes] of enough)
  test(sentence, async (context) => {
    await requireInotify(3, await proc(context, limit, processes));
  });

test("what two clusters leave of the default is too little for a third", async (context) => {
  const folder = await proc(context, 128, [
    { uid: 0, instances: 59 },
    { uid: 0, instances: 59 },
  ]);
  await assert.rejects(requireInotify(3, folder), {
    code: "inotify-short",
    found: "10 free: fs.inotify.max_user_instances is 128, 118 are in use",
  });
});
