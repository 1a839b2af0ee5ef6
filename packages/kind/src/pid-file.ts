import { readFileSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { tryCommand } from "./command.ts";

/** Writes a process id down, whole or not at all. */
export async function writePid(file: string, pid: number): Promise<void> {
  await writeFile(`${file}.${process.pid}`, String(pid));
  await rename(`${file}.${process.pid}`, file);
}

/**
 * The process id in a file, if that process still runs and its command line has `marker` in it:
 * a number alone may be another process by now.
 */
export async function readPid(file: string, marker: string): Promise<number | undefined> {
  let pid: number;
  try {
    pid = Number(readFileSync(file, "utf8").trim());
  } catch {
    return undefined;
  }
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  return (await commandLine(pid)).includes(marker) ? pid : undefined;
}

/** Ends the process that a file tells of, by force where it does not go, and removes the file. */
export async function endPid(file: string, marker: string, limitMs = 5_000): Promise<void> {
  const pid = await readPid(file, marker);
  if (pid !== undefined) {
    signal(pid, "SIGTERM");
    const deadlineMs = performance.now() + limitMs;
    while ((await readPid(file, marker)) !== undefined) {
      if (performance.now() > deadlineMs) {
        signal(pid, "SIGKILL");
        break;
      }
      await sleep(20);
    }
  }
  await rm(file, { force: true });
}

/** One that has ended meanwhile needs no signal. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Program and arguments of a process, with spaces between; empty when there is none. */
export async function commandLine(pid: number): Promise<string> {
  if (process.platform !== "linux")
    return (await tryCommand("ps", ["-o", "command=", "-p", String(pid)])).stdout;
  try {
    const text = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    // A zombie has an empty command line.
    return text.replaceAll("\0", " ");
  } catch {
    return "";
  }
}
