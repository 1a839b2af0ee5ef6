import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { nodeContainers } from "../cluster/nodes.ts";
import { command } from "../command.ts";
import { removeAbandoned } from "../images/abandoned.ts";
import type { Engine } from "../machine/decide-engine.ts";

/**
 * Puts images of the engine onto every node of a cluster. `kind load` asks for all platforms that
 * an image names, and an engine that keeps images as containerd does (docker from 29) has saved
 * but its own: kubernetes-sigs/kind issue 3795. The kubelet unpacks what it runs.
 */
export async function loadImages(
  engine: Engine,
  cluster: string,
  images: readonly string[],
  workFolder: string,
): Promise<void> {
  const archive = join(workFolder, `load-${process.pid}`);
  await mkdir(workFolder, { recursive: true });
  await removeAbandoned(workFolder, "load-");
  const { program, env, platform } = engine;
  const several = engine.name === "podman" ? ["--multi-image-archive"] : [];
  const load = ["ctr", "--namespace=k8s.io", "images", "import"];
  try {
    await command(program, ["save", ...several, "--output", archive, ...images], { env });
    await Promise.all(
      (await nodeContainers(engine, cluster)).map(({ name }) =>
        command(
          "sh",
          [
            ...["-c", 'exec "$@" <"$0"', archive, program, "exec", "--interactive", name],
            ...[...load, "--digests", "--no-unpack", `--platform=${platform}`, "-"],
          ],
          { env },
        ),
      ),
    );
  } finally {
    await rm(archive, { force: true });
  }
}
