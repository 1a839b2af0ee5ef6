import { KubeConfig } from "@kubernetes/client-node";
import { KubernetesCluster } from "./kubernetes.ts";

/** The cluster that this process runs in, as the ServiceAccount whose token its Pod was given. */
export function connectInCluster(): KubernetesCluster {
  const config = new KubeConfig();
  config.loadFromCluster();
  return new KubernetesCluster(config);
}
