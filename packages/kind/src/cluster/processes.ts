import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const limitMs = 20_000;

/**
 * Waits until no process has this argument any more. What an ended program had asked of the engine
 * goes on, and a container that it makes later would be left behind.
 */
export async function argumentGone(argument: string): Promise<void> {
  const deadlineMs = performance.now() + limitMs;
  while ((await anyoneHas(argument)) && performance.now() < deadlineMs) await sleep(50);
}

async function anyoneHas(argument: string): Promise<boolean> {
  const entries = await readdir("/proc").catch(() => []);
  const lines = await Promise.all(
    entries
      .filter((entry) => /^\d+$/.test(entry))
      .map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return lines.some((line) => line.split("\0").includes(argument));
}
