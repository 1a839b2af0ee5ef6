import { type Cluster, kinds } from "@svclab/cluster";
import { ToolError } from "@svclab/contracts";
import { memberPods } from "../history/writer-paths.ts";
import { readNodes } from "../observe/lab.ts";

/** Names of the database, as k8s/base/mysql has them. */
export const databaseNames = {
  namespace: "svclab",
  workload: "mysql",
  members: memberPods,
  primary: "mysql-primary",
  read: "mysql-read",
  peers: "mysql-peers",
  /** Headless, over the ready members. */
  ready: "mysql",
  roleLabel: "svclab/role",
  groupPort: 33_061,
  port: 3_306,
} as const;

/** A name of the database's namespace, in full: no search list is needed for it. */
export const fullName = (name: string) => `${name}.${databaseNames.namespace}.svc.cluster.local`;

const dnsService = { namespace: "kube-system", name: "kube-dns" } as const;

/** What a run on the database must know of the cluster before it begins. */
export interface DatabaseLab {
  readonly workloadUid: string;
  readonly nodes: readonly string[];
  readonly workers: readonly string[];
  /** Where the notes are written from: no fault touches it. */
  readonly calmNode: string;
  /** Address of the cluster's DNS Service. */
  readonly dnsServer: string;
}

/** @throws ToolError database-missing */
export async function readDatabaseLab(cluster: Cluster, signal: AbortSignal): Promise<DatabaseLab> {
  const { namespace, workload: name } = databaseNames;
  const set = await cluster.get(kinds.statefulSet, { namespace, name }, signal);
  if (set === null)
    throw new ToolError({
      code: "database-missing",
      expected: `StatefulSet ${namespace}/${name} in the cluster`,
      found: "none",
      todo: "install it: ./svclab install --database",
    });
  const { nodes, workers, controlPlane } = await readNodes(cluster, signal);
  const dns = await cluster.get(kinds.service, dnsService, signal);
  return {
    workloadUid: set.metadata.uid ?? "",
    ...{ nodes, workers },
    calmNode: controlPlane,
    dnsServer: dns?.spec.clusterIP ?? "",
  };
}
