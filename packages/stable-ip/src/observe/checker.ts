import type { KubeObject } from "@svclab/cluster";
import { ToolError } from "@svclab/contracts";
import type { PodTemplate } from "./checker-pod.ts";
import { readManifests } from "./manifests.ts";

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
  const all = await readManifests(directory, images);
  const pods = all.filter((one) => one.kind === "Pod") as PodTemplate[];
  const template = (name: string): PodTemplate => {
    const pod = pods.find((one) => one.metadata.name === name);
    if (pod !== undefined) return pod;
    throw new ToolError({
      code: "manifest-missing",
      expected: `a Pod named ${name} in ${directory}`,
      found: pods.map(({ metadata }) => metadata.name).join(", ") || "no Pod",
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
