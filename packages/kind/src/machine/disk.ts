import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { ToolError } from "@svclab/contracts";
import { exists } from "./host.ts";

/** For all images and what their building needs in between. 1 GB = 1e9 bytes, as disks are sold. */
export const diskNeededBytes = 15e9;

/** Free on the file system that the path is on, or will be once it is made. Bytes. */
export async function freeBytes(path: string): Promise<number> {
  if (!(await exists(path)) && path !== dirname(path)) return freeBytes(dirname(path));
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

/** Throws ToolError disk-short where there is less room than a first run needs. */
export async function requireDisk(path: string, neededBytes = diskNeededBytes): Promise<void> {
  const free = await freeBytes(path);
  if (free >= neededBytes) return;
  throw new ToolError({
    code: "disk-short",
    expected: `${gigabytes(neededBytes)} free for images and builds at ${path}`,
    found: `${gigabytes(free)} free`,
    todo: "free some, move the engine's storage, or set SVCLAB_CACHE to another disk",
  });
}

export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
