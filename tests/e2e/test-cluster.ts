import { type Cluster, connect, kinds } from "@svclab/cluster";
import { type ClusterPlace, hostPrograms, type Lab, labPlace, labUp, openLab } from "@svclab/kind";

/** The cluster that scripts/test brings up, and takes down when every file has run. */
export const testCluster = process.env["SVCLAB_TEST_NAME"] ?? "test";

export interface TestCluster {
  readonly lab: Lab;
  readonly place: ClusterPlace;
  readonly cluster: Cluster;
  readonly close: () => void;
}

/** Up within a second when it is up already, so a file can also be run by itself. */
export async function openTestCluster(): Promise<TestCluster> {
  const lab = await openLab(() => undefined);
  await labUp(lab, testCluster, { proxyMode: "nftables", retain: false });
  const place = labPlace(testCluster);
  const { kubectl } = await hostPrograms(lab);
  const cluster = await connect({ ...place, kubectl });
  return { lab, place, cluster, close: () => cluster.close() };
}

/** Where this machine reaches a port of a node that runs no control plane. */
export async function nodePortUrl({ lab, cluster }: TestCluster, port: number): Promise<string> {
  if (!lab.engine.addressesReachable) return `http://127.0.0.1:${port}/`;
  const { items } = await cluster.list(kinds.node, {});
  const worker = items.find(({ metadata }) => metadata.name.endsWith("-worker"));
  const inside = worker?.status?.addresses?.find(({ type }) => type === "InternalIP");
  if (inside === undefined) throw new Error("no worker node has an InternalIP");
  return `http://${inside.address}:${port}/`;
}
