import assert from "node:assert/strict";
import { test } from "node:test";
import { adjust, type ConfigFacts, containerdUnit } from "./kind-config.ts";

const base = {
  networking: { ipFamily: "ipv4" },
  kubeadmConfigPatches: ["kind: KubeProxyConfiguration\n"],
  nodes: [{ role: "control-plane" }, { role: "worker" }],
};
const plain: ConfigFacts = {
  cluster: "svclab",
  networks: { pods: "10.244.0.0/16", services: "10.96.0.0/16" },
  proxyMode: "nftables",
  workers: 1,
  host: { cgroupV1: false, limits: null, mapNodePorts: [] },
  containerdUnit: "/state/limits.conf",
};
const networking = {
  ...{ ipFamily: "ipv4", kubeProxyMode: "nftables" },
  ...{ podSubnet: "10.244.0.0/16", serviceSubnet: "10.96.0.0/16" },
};

test("a host without limits gets the base, named and with its networks", () => {
  assert.deepEqual(adjust(base, plain), { ...base, name: "svclab", networking });
});

test("version 1 cgroups are told to the kubelet", () => {
  const host = { ...plain.host, cgroupV1: true };
  const { kubeadmConfigPatches } = adjust(base, { ...plain, host }) as typeof base;
  assert.deepEqual(kubeadmConfigPatches, [
    "kind: KubeProxyConfiguration\n",
    "kind: KubeletConfiguration\nfailCgroupV1: false\n",
  ]);
});

test("a host that may not raise limits is asked for none, on any node", () => {
  const host = { ...plain.host, limits: { nofile: 20_000, nproc: 32_768 } };
  const config = adjust(base, { ...plain, host }) as typeof base & {
    featureGates: object;
    containerdConfigPatches: string[];
    nodes: { extraMounts: object[] }[];
  };
  assert.deepEqual(config.featureGates, { KubeletInUserNamespace: true });
  assert.match(config.containerdConfigPatches[0] ?? "", /restrict_oom_score_adj = true/);
  for (const { extraMounts } of config.nodes)
    assert.deepEqual(extraMounts, [
      {
        hostPath: "/state/limits.conf",
        containerPath: "/etc/systemd/system/containerd.service.d/10-limits.conf",
        readOnly: true,
      },
    ]);
});

test("iptables mode is kube-proxy's by name", () => {
  const config = adjust(base, { ...plain, proxyMode: "iptables" }) as { networking: object };
  assert.deepEqual(config.networking, { ...networking, kubeProxyMode: "iptables" });
});

test("where node addresses are out of reach, the control plane maps the ports on loopback", () => {
  const host = { ...plain.host, mapNodePorts: [30080] };
  const { nodes } = adjust(base, { ...plain, host }) as { nodes: object[] };
  assert.deepEqual(nodes, [
    {
      role: "control-plane",
      extraPortMappings: [{ containerPort: 30080, hostPort: 30080, listenAddress: "127.0.0.1" }],
    },
    { role: "worker" },
  ]);
});

test("containerd's unit asks for what the host lets it have; no limit is infinity", () => {
  assert.match(containerdUnit({ nofile: 20_000, nproc: 5 }), /LimitNOFILE=20000\nLimitNPROC=5\n/);
  const endless = { nofile: Number.POSITIVE_INFINITY, nproc: Number.POSITIVE_INFINITY };
  assert.match(containerdUnit(endless), /LimitNOFILE=infinity\nLimitNPROC=infinity\n/);
});

test("there are as many workers as were asked for", () => {
  const { nodes } = adjust(base, { ...plain, workers: 3 }) as typeof base;
  assert.deepEqual(
    nodes.map(({ role }) => role),
    ["control-plane", "worker", "worker", "worker"],
  );
});
