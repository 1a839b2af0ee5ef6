import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Cluster, type KubeObject, parseObjects } from "@svclab/cluster";

/** Every object of a folder's YAML files. `images`: for each image that they name, the one that is on the nodes. */
export async function readManifests(
  directory: string,
  images: Readonly<Record<string, string>>,
): Promise<KubeObject[]> {
  const files = (await readdir(directory)).filter((name) => name.endsWith(".yaml")).sort();
  const objects = files.map(async (name) => {
    const path = join(directory, name);
    return parseObjects(withImages(await readFile(path, "utf8"), images), path);
  });
  return (await Promise.all(objects)).flat();
}

function withImages(text: string, images: Readonly<Record<string, string>>): string {
  return Object.entries(images).reduce((all, [named, real]) => all.replaceAll(named, real), text);
}

/** The namespace first: the rest lives in it. */
export async function applyAll(
  cluster: Cluster,
  objects: readonly KubeObject[],
  signal: AbortSignal,
): Promise<void> {
  const isFirst = (one: KubeObject) => one.kind === "Namespace";
  for (const one of objects.filter(isFirst)) await cluster.apply(one, signal);
  for (const one of objects.filter((o) => !isFirst(o))) await cluster.apply(one, signal);
}
