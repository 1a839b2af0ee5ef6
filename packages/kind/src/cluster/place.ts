import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type ClusterNames, clusterNames } from "./names.ts";

/** What `up` writes down of a cluster when it is whole. */
const Record = z.object({
  cluster: z.string(),
  nodeImageId: z.string(),
  kubernetes: z.string(),
  lane: z.enum(["built", "pulled"]),
  proxyMode: z.enum(["nftables", "iptables"]),
  workers: z.number().int(),
  pods: z.string(),
  services: z.string(),
  sealed: z.boolean(),
});
export type ClusterRecord = z.infer<typeof Record>;

/** Where a cluster's own files are: kubeconfig, kind's configuration, the load balancer's log. */
export interface ClusterPlace extends ClusterNames {
  readonly folder: string;
  readonly kubeconfig: string;
}

export function clusterPlace(stateDir: string, name: string): ClusterPlace {
  const names = clusterNames(name);
  const folder = join(stateDir, "clusters", names.cluster);
  return { ...names, folder, kubeconfig: join(folder, "kubeconfig") };
}

/** Undefined when `up` did not come to its end, or the file is not what this version writes. */
export async function readRecord(place: ClusterPlace): Promise<ClusterRecord | undefined> {
  const text = await readFile(join(place.folder, "cluster.json"), "utf8").catch(() => "");
  try {
    return Record.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export async function writeRecord(place: ClusterPlace, record: ClusterRecord): Promise<void> {
  await mkdir(place.folder, { recursive: true });
  const draft = join(place.folder, `cluster.json.${process.pid}`);
  await writeFile(draft, `${JSON.stringify(record, null, 2)}\n`);
  await rename(draft, join(place.folder, "cluster.json"));
}

export async function removeRecord(place: ClusterPlace): Promise<void> {
  await rm(join(place.folder, "cluster.json"), { force: true });
}
