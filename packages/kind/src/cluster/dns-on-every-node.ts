import type { Kubectl } from "./kubectl.ts";

const own = ["-n", "kube-system"];

/** Over all nodes evenly, those that are not Ready yet included. */
const spread = {
  maxSkew: 1,
  topologyKey: "kubernetes.io/hostname",
  whenUnsatisfiable: "DoNotSchedule",
  labelSelector: { matchLabels: { "k8s-app": "kube-dns" } },
  matchLabelKeys: ["pod-template-hash"],
};

/**
 * A name server on each node, which that node's Pods ask: else both may share a node, and with it
 * every name of the cluster is lost. Elsewhere NodeLocal DNSCache does this. Makes their Pods anew.
 */
export async function dnsOnEveryNode(kubectl: Kubectl, nodes: number): Promise<void> {
  const pods = { template: { spec: { topologySpreadConstraints: [spread] } } };
  const deployment = { spec: { replicas: nodes, ...pods } };
  await patch(kubectl, "deployment/coredns", deployment);
  const near = { spec: { trafficDistribution: "PreferSameNode" } };
  await patch(kubectl, "service/kube-dns", near);
}

function patch(kubectl: Kubectl, what: string, change: object): Promise<string> {
  return kubectl([...own, "patch", what, "--patch", JSON.stringify(change)]);
}
