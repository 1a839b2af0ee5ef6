import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkoutDir } from "@svclab/kind";
import { Command } from "commander";

export const rights = (): Command =>
  new Command("rights")
    .description("what the checker may do in a cluster, as YAML that gives it these rights")
    .action(async () => {
      process.stdout.write(await rightsOf(join(checkoutDir(), "k8s/checker")));
    });

/** The files as they are, comments and all, without the Pods that a run makes; the namespace first. */
async function rightsOf(folder: string): Promise<string> {
  const isRight = (name: string) => name.endsWith(".yaml") && !name.startsWith("pod-");
  const names = (await readdir(folder)).filter(isRight).sort();
  const first = ["namespace.yaml", "service-account.yaml"];
  const ordered = [...first, ...names.filter((name) => !first.includes(name))];
  const texts = await Promise.all(ordered.map((name) => readFile(join(folder, name), "utf8")));
  return texts.join("---\n");
}
