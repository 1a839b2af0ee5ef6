import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { partKey } from "./images/build-part.ts";
import type { LabFiles } from "./lab.ts";
import { buildPlace } from "./lab-images.ts";

export interface CacheEntry {
  readonly path: string;
  readonly bytes: number;
  /** The lock file of this checkout asks for it. */
  readonly wanted: boolean;
}

/** What the cache holds: programs built from Go modules, downloads, and what builds left. */
export async function cacheList(files: LabFiles) {
  const wanted = new Set<string>(["releases"]);
  for (const [name, part] of Object.entries(files.lock.parts))
    for (const os of ["linux", "darwin"] as const)
      wanted.add(`parts/${name}-${await partKey(buildPlace(files, os), name, part)}`);
  const entries: CacheEntry[] = [];
  for (const name of await names(files.cache)) {
    const below = name === "parts" ? await names(join(files.cache, name)) : [undefined];
    for (const part of below) {
      const relative = part === undefined ? name : `${name}/${part}`;
      const path = join(files.cache, relative);
      entries.push({ path, bytes: await bytesBelow(path), wanted: wanted.has(relative) });
    }
  }
  return entries;
}

/** Removes what no lock file of this checkout asks for, and says what went. */
export async function cachePrune(files: LabFiles): Promise<CacheEntry[]> {
  const unwanted = (await cacheList(files)).filter(({ wanted }) => !wanted);
  for (const { path } of unwanted) await rm(path, { recursive: true, force: true });
  return unwanted;
}

async function names(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

async function bytesBelow(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.size;
  const sizes = (await readdir(path)).map((name) => bytesBelow(join(path, name)));
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
