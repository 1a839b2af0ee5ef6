import { cp, mkdir, readdir, rm, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { checkoutDir } from "@svclab/kind";

const copied = [
  "apps",
  "packages",
  "k8s",
  "scripts",
  "svclab",
  "package.json",
  "package-lock.json",
];
const leftOut = new Set(["node_modules", "dist"]);

/**
 * A checkout to be broken, or put where a path has a space: the project's own files are copied,
 * what was installed for it is linked.
 */
export async function copyCheckout(target: string): Promise<string> {
  const from = checkoutDir();
  await rm(target, { recursive: true, force: true });
  for (const name of copied)
    await cp(join(from, name), join(target, name), {
      recursive: true,
      filter: (path) => !leftOut.has(basename(path)),
    });
  const modules = join(target, "node_modules");
  await mkdir(modules);
  for (const name of await readdir(join(from, "node_modules")))
    if (name !== "@svclab") await symlink(join(from, "node_modules", name), join(modules, name));
  // Links into the checkout, relative as npm makes them: they lead into the copy.
  await cp(join(from, "node_modules/@svclab"), join(modules, "@svclab"), {
    recursive: true,
    verbatimSymlinks: true,
  });
  await mkdir(join(target, ".svclab"));
  for (const name of ["node", "node.stamp", "packages.stamp"])
    await symlink(join(from, ".svclab", name), join(target, ".svclab", name));
  return target;
}
