import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkoutDir } from "@svclab/kind";
import { Command } from "commander";

/** What no YAML can give. */
const head = `# What the checker may do by the API. On a cluster of svclab's own a run also enters the nodes, as
# root and through the container engine: to kill processes, and to read and follow their rules.
`;

export const rights = (): Command =>
  new Command("rights")
    .description("what the checker may do in a cluster, as YAML that gives it these rights")
    .action(async () => {
      process.stdout.write(head + (await rightsIn(join(checkoutDir(), "k8s"))));
    });

/** The files as they are, without the Pods that a run makes; the namespaces first. */
async function rightsIn(folder: string): Promise<string> {
  const isRight = (name: string) => name.endsWith(".yaml") && !name.startsWith("pod-");
  const names = (await readdir(join(folder, "checker"))).filter(isRight).sort();
  const first = ["namespace.yaml", "service-account.yaml"];
  const ordered = [...first, ...names.filter((name) => !first.includes(name))];
  const paths = ["base/namespace.yaml", ...ordered.map((name) => join("checker", name))];
  const texts = await Promise.all(paths.map((path) => readFile(join(folder, path), "utf8")));
  return texts.join("---\n");
}
