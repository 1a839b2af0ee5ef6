import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkoutDir, readLock } from "@svclab/kind";

/** The project's version and that of each part it pins, one a line. */
export async function versions(): Promise<string> {
  const checkout = checkoutDir();
  const { version } = JSON.parse(await readFile(join(checkout, "package.json"), "utf8"));
  const lock = await readLock(checkout);
  return [
    `svclab ${version}`,
    `node ${process.version}`,
    `kubernetes ${lock.kubernetes}`,
    ...Object.entries(lock.parts)
      .filter(([name]) => name !== "kube")
      .map(([name, part]) => `${name} ${part.version}`),
    ...Object.values(lock.images).map((image) => `${image.name} ${image.tag}`),
  ].join("\n");
}
