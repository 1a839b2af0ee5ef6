import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { ToolError } from "@svclab/contracts";
import { commandLine } from "./pid-file.ts";

/**
 * Runs `work` while no other process does so for the same file, in which its holder is named. A
 * holder that was killed holds nothing.
 * @throws ToolError cluster-busy
 */
export async function oneAtATime<T>(file: string, work: () => Promise<T>): Promise<T> {
  const own = `${process.pid}\n${await commandLine(process.pid)}`;
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, own);
  try {
    // A link is made whole or not at all, and fails where there is one.
    while (!(await linked(draft, file))) await removeStale(file);
  } finally {
    await rm(draft, { force: true });
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function linked(draft: string, file: string): Promise<boolean> {
  return link(draft, file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") return false;
      throw error;
    },
  );
}

async function removeStale(file: string): Promise<void> {
  const found = await readFile(file, "utf8").catch(() => undefined);
  if (found === undefined) return;
  const [pid = "", line = ""] = found.split("\n");
  if (line !== "" && (await commandLine(Number(pid))) === line)
    throw new ToolError({
      code: "cluster-busy",
      expected: "one command at a time on a cluster",
      found: `process ${pid} at work: ${line.trim()}`,
      todo: `wait for it, or end it (kill ${pid}), then start again`,
    });
  // Of several that find the dead holder one wins the rename; the others look again.
  const stale = `${file}.stale-${process.pid}`;
  await rename(file, stale).catch(() => undefined);
  await rm(stale, { force: true });
}
