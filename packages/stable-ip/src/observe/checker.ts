import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Cluster, type KubeObject, parseObjects } from "@svclab/cluster";
import { ToolError } from "@svclab/contracts";
import type { PodTemplate } from "./checker-pod.ts";

/** What k8s/checker holds: what stays in the cluster, and the Pods that a run makes itself. */
export interface Checker {
  readonly objects: readonly KubeObject[];
  readonly prober: PodTemplate;
  readonly load: PodTemplate;
  readonly writer: PodTemplate;
}

/** `images`: for each image that the files name, the one that is on the nodes. */
export async function readChecker(
  directory: string,
  images: Readonly<Record<string, string>>,
): Promise<Checker> {
  const files = (await readdir(directory)).filter((name) => name.endsWith(".yaml")).sort();
  const texts = files.map(async (name) => {
    const path = join(directory, name);
    return parseObjects(withImages(await readFile(path, "utf8"), images), path);
  });
  const all = (await Promise.all(texts)).flat();
  const pods = all.filter((one) => one.kind === "Pod") as PodTemplate[];
  const template = (name: string): PodTemplate => {
    const pod = pods.find((one) => one.metadata.name === name);
    if (pod !== undefined) return pod;
    throw new ToolError({
      code: "manifest-missing",
      expected: `a Pod named ${name} in ${directory}`,
      found: files.join(", ") || "no YAML file",
      todo: "take the files of k8s/checker as they are in the repository",
    });
  };
  return {
    objects: all.filter((one) => one.kind !== "Pod"),
    prober: template("prober"),
    load: template("load"),
    writer: template("writer"),
  };
}

function withImages(text: string, images: Readonly<Record<string, string>>): string {
  return Object.entries(images).reduce((all, [named, real]) => all.replaceAll(named, real), text);
}

/** The namespace first: the rest lives in it. */
export async function applyChecker(
  cluster: Cluster,
  { objects }: Checker,
  signal: AbortSignal,
): Promise<void> {
  const isFirst = (one: KubeObject) => one.kind === "Namespace";
  for (const one of objects.filter(isFirst)) await cluster.apply(one, signal);
  for (const one of objects.filter((o) => !isFirst(o))) await cluster.apply(one, signal);
}
