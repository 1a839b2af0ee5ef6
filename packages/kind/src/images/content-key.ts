import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * A key that changes when any file below one of the folders changes, or any of the facts.
 * 16 hexadecimal digits of a SHA-256.
 */
export async function contentKey(
  folders: readonly string[],
  facts: Readonly<Record<string, unknown>>,
): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(facts));
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length));
    for (const file of files.sort())
      hash
        .update(`\0${file}\0`)
        .update(await readFile(join(folder, file)))
        .update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}
