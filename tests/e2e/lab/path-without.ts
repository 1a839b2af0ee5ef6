import { constants } from "node:fs";
import { access, mkdir, readdir, symlink } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** A PATH with every program of this one but those named: a folder of links. */
export async function pathWithout(folder: string, names: readonly string[]): Promise<string> {
  await mkdir(folder, { recursive: true });
  const taken = new Set(names);
  for (const directory of (process.env["PATH"] ?? "").split(delimiter)) {
    const programs = directory === "" ? [] : await readdir(directory).catch(() => []);
    for (const name of programs) {
      const program = join(directory, name);
      if (taken.has(name) || !(await runs(program))) continue;
      taken.add(name);
      await symlink(program, join(folder, name));
    }
  }
  return folder;
}

async function runs(program: string): Promise<boolean> {
  return access(program, constants.X_OK).then(
    () => true,
    () => false,
  );
}
