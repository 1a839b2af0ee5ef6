import { join } from "node:path";
import { nodeContainers, onNode } from "../cluster/nodes.ts";
import { command, tryCommand } from "../command.ts";
import { contentKey } from "../images/content-key.ts";
import type { Engine } from "../machine/decide-engine.ts";
import { loadImages } from "./load-images.ts";

/** Our own servers, each an image of its bundle on Node.js. */
export const apps = ["api", "web", "prober", "mysql-agent"] as const;
export type App = (typeof apps)[number];

/** The name that the manifests use; an install puts the content's key in place of the tag. */
export function developmentImage(app: App): string {
  return `localhost/svclab/${app}:dev`;
}

interface BuildOptions {
  readonly checkout: string;
  readonly engine: Engine;
  readonly nodejsImage: string;
  readonly write: (line: string) => void;
}

export interface AppImagesOptions extends BuildOptions {
  readonly cache: string;
  readonly cluster: string;
  /** Images of others that Pods use: loaded onto the nodes as they are. */
  readonly alsoLoad: readonly string[];
}

/**
 * Bundles, builds and loads what changed since the last time, and says under which name each
 * server's image now is on every node.
 */
export async function deliverAppImages(
  options: AppImagesOptions,
): Promise<Readonly<Record<App, string>>> {
  const { engine } = options;
  const names = await buildAppImages(options);
  const wanted = [...Object.values(names), ...options.alsoLoad];
  const missing = await missingOnNodes(engine, options.cluster, wanted);
  if (missing.length === 0) return names;
  options.write(`loading ${missing.length} images onto the nodes`);
  await loadImages(engine, options.cluster, missing, join(options.cache, "work"));
  return names;
}

/** Bundles and builds what changed since the last time; needs no cluster. */
export async function buildAppImages(
  options: BuildOptions,
): Promise<Readonly<Record<App, string>>> {
  const names = {} as Record<App, string>;
  await Promise.all(
    apps.map(async (app) => {
      names[app] = await buildAppImage(options, app);
    }),
  );
  return names;
}

async function buildAppImage(options: BuildOptions, app: App): Promise<string> {
  const { checkout, engine } = options;
  const folder = join(checkout, "apps", app);
  await command("npm", ["run", "--silent", "build"], { cwd: folder });
  const recipe = join(checkout, "k8s/images/app");
  const base = await command(
    engine.program,
    ["image", "inspect", "--format", "{{.Id}}", options.nodejsImage],
    { env: engine.env },
  );
  const key = await contentKey([join(folder, "dist"), recipe], { app, base: base.trim() });
  const name = `localhost/svclab/${app}:${key}`;
  const present = await tryCommand(engine.program, ["image", "inspect", name], { env: engine.env });
  if (present.exitCode === 0) return name;
  options.write(`building ${name}`);
  await command(
    engine.program,
    [
      ...["build", "--quiet", "--file", join(recipe, "Containerfile"), "--tag", name],
      ...["--build-arg", `NODE_IMAGE=${options.nodejsImage}`],
      ...(engine.name === "podman" ? ["--isolation=chroot", "--pull=never"] : []),
      join(folder, "dist"),
    ],
    // One platform and nothing about it: what is loaded onto the nodes must be all there.
    { env: { ...engine.env, BUILDX_NO_DEFAULT_ATTESTATIONS: "1" } },
  );
  return name;
}

/** Those of the images that one node or more does not have. */
async function missingOnNodes(
  engine: Engine,
  cluster: string,
  images: readonly string[],
): Promise<string[]> {
  const nodes = await nodeContainers(engine, cluster);
  const present = await Promise.all(
    nodes.map(async ({ name }) => {
      const list = await onNode(engine, name, ["ctr", "--namespace=k8s.io", "images", "ls", "-q"]);
      return new Set(list.split("\n"));
    }),
  );
  return images.filter((image) => present.some((onThisNode) => !onThisNode.has(image)));
}
