import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { ClusterNetworks } from "./networks.ts";

export type ProxyMode = "nftables" | "iptables";

/** What the host cannot do, and the cluster must be told of. */
export interface HostLimits {
  readonly cgroupV1: boolean;
  /** The hard limits of this process, when it may not raise them; null where it may. */
  readonly limits: { readonly nofile: number; readonly nproc: number } | null;
  /** Node addresses are not reachable from the host: ports must be mapped (macOS). */
  readonly mapNodePorts: readonly number[];
}

export interface ConfigFacts {
  readonly cluster: string;
  readonly networks: ClusterNetworks;
  readonly proxyMode: ProxyMode;
  readonly workers: number;
  readonly host: HostLimits;
  /** A file of containerd's unit settings, mounted into every node where limits are set. */
  readonly containerdUnit: string;
}

interface KindNode {
  role: string;
  extraMounts?: object[];
  extraPortMappings?: object[];
}

/** kind's configuration for this cluster on this host, as YAML. */
export async function kindConfig(checkout: string, facts: ConfigFacts): Promise<string> {
  const base = parse(await readFile(join(checkout, "k8s/kind/cluster.yaml"), "utf8"));
  return stringify(adjust(base, facts));
}

/** Pure: the base file with what this cluster and this host need. */
export function adjust(
  base: { networking: object; kubeadmConfigPatches: string[]; nodes: KindNode[] },
  { cluster, networks, proxyMode, workers, host, containerdUnit }: ConfigFacts,
): object {
  const patches = [...base.kubeadmConfigPatches];
  if (host.cgroupV1) patches.push("kind: KubeletConfiguration\nfailCgroupV1: false\n");
  const [control, worker] = base.nodes;
  const wanted = [control, ...Array.from({ length: workers }, () => worker)].flatMap(
    (node) => node ?? [],
  );
  const nodes = wanted.map((node) => ({
    ...node,
    ...(host.limits === null
      ? {}
      : {
          extraMounts: [
            {
              hostPath: containerdUnit,
              containerPath: "/etc/systemd/system/containerd.service.d/10-limits.conf",
              readOnly: true,
            },
          ],
        }),
    ...(host.mapNodePorts.length === 0 || node.role !== "control-plane"
      ? {}
      : {
          extraPortMappings: host.mapNodePorts.map((port) => ({
            containerPort: port,
            hostPort: port,
            listenAddress: "127.0.0.1",
          })),
        }),
  }));
  return {
    ...base,
    name: cluster,
    networking: {
      ...base.networking,
      podSubnet: networks.pods,
      serviceSubnet: networks.services,
      kubeProxyMode: proxyMode,
    },
    ...(host.limits === null
      ? {}
      : {
          // Without the right to lower a process's OOM score, neither the kubelet nor containerd
          // may try: both have a mode for that, made for user namespaces.
          featureGates: { KubeletInUserNamespace: true },
          containerdConfigPatches: [
            '[plugins."io.containerd.grpc.v1.cri"]\n  restrict_oom_score_adj = true\n',
          ],
        }),
    kubeadmConfigPatches: patches,
    nodes,
  };
}

/** Settings of containerd's unit that ask for no more than the host lets this process have. */
export function containerdUnit(limits: { nofile: number; nproc: number }): string {
  const value = (limit: number) => (Number.isFinite(limit) ? limit : "infinity");
  return [
    "[Service]",
    `LimitNOFILE=${value(limits.nofile)}`,
    `LimitNPROC=${value(limits.nproc)}`,
    "LimitCORE=0",
    "OOMScoreAdjust=0",
    "",
  ].join("\n");
}
