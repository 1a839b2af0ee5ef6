import { type Cluster, type Kind, type KubeObject, kinds, type Service } from "@svclab/cluster";
import { ToolError } from "@svclab/contracts";

/** Names of the application under test, as k8s/base has them. */
export const names = {
  namespace: "svclab",
  deployment: "api",
  service: "api",
  headless: "api-direct",
  nodePort: "web-node",
  loadBalancer: "web-public",
  local: "web-local",
  sticky: "web-sticky",
  stickyBriefly: "web-sticky-briefly",
  versions: "web-versions",
  ingress: "web",
  gateway: "web",
} as const;

/** Names of Services in the namespace end with it. */
export const clusterZone = `${names.namespace}.svc.cluster.local`;

/** Where the api's containers listen; its Service names the port, so it is not to be read there. */
const podPort = 8080;
const controlPlaneLabel = "node-role.kubernetes.io/control-plane";

/** What a run must know of the cluster before it begins. */
export interface Lab extends Nodes {
  readonly deploymentUid: string;
  readonly replicas: number;
  readonly serviceNetwork: string;
  readonly clusterIP: string;
  readonly servicePort: number;
  readonly podPort: number;
  /** The port of the Service api that is named metrics. */
  readonly metricsPort: number;
  readonly dnsServer: string;
  readonly headlessName: string;
  readonly nodePort: number;
  /** The clusterIP of the Service of type NodePort. */
  readonly nodePortIP: string;
  readonly nodePortServicePort: number;
  readonly loadBalancer: readonly string[];
  readonly loadBalancerPort: number;
  readonly loadBalancerIP: string;
  readonly loadBalancerNodePort: number;
  /** The node port of the Service whose external traffic stays on the node. */
  readonly localNodePort: number;
  readonly stickyIP: string;
  readonly stickyBrieflyIP: string;
  readonly stickyPort: number;
  /** Of the Service in front of both versions of the web. */
  readonly versionsIP: string;
  readonly versionsPort: number;
  /** Addresses at which HTTP comes in, at port 80. */
  readonly ingress: readonly string[];
  readonly gateway: readonly string[];
}

type ServiceCidr = KubeObject & { readonly spec: { readonly cidrs: readonly string[] } };
const serviceCidr: Kind<ServiceCidr> = {
  apiVersion: "networking.k8s.io/v1",
  kind: "ServiceCIDR",
};

export interface Nodes {
  readonly nodes: readonly string[];
  readonly workers: readonly string[];
  /** The first, where there are several. */
  readonly controlPlane: string;
  /** By the node's name. */
  readonly nodeAddresses: Readonly<Record<string, string>>;
}

export async function readNodes(cluster: Cluster, signal: AbortSignal): Promise<Nodes> {
  const nodes = (await cluster.list(kinds.node, {}, signal)).items;
  const names = (some: typeof nodes) => some.map(({ metadata }) => metadata.name);
  const [control, workers] = [true, false].map((is) =>
    names(nodes.filter(({ metadata }) => controlPlaneLabel in (metadata.labels ?? {}) === is)),
  );
  return {
    nodes: names(nodes),
    workers: workers ?? [],
    controlPlane: control?.[0] ?? "",
    nodeAddresses: Object.fromEntries(
      nodes.flatMap(({ metadata, status }) => {
        const internal = status?.addresses?.find(({ type }) => type === "InternalIP");
        return internal === undefined ? [] : [[metadata.name, internal.address]];
      }),
    ),
  };
}

/** Looks at everything once. @throws ToolError app-missing */
export async function readLab(cluster: Cluster, signal: AbortSignal): Promise<Lab> {
  const { namespace } = names;
  const service = (name: string, where: string = namespace) =>
    needed(
      `Service ${where}/${name}`,
      cluster.get(kinds.service, { namespace: where, name }, signal),
    );
  const deployment = await needed(
    `Deployment ${namespace}/${names.deployment}`,
    cluster.get(kinds.deployment, { namespace, name: names.deployment }, signal),
  );
  const ingress = await needed(
    `Ingress ${namespace}/${names.ingress}`,
    cluster.get(kinds.ingress, { namespace, name: names.ingress }, signal),
  );
  const gateway = await needed(
    `Gateway ${namespace}/${names.gateway}`,
    cluster.get(kinds.gateway, { namespace, name: names.gateway }, signal),
  );
  const nodes = await readNodes(cluster, signal);
  const cidr = await cluster.get(serviceCidr, { name: "kubernetes" }, signal);
  const [api, nodePort, loadBalancer, dns, local, sticky, stickyBriefly, versions] =
    await Promise.all([
      service(names.service),
      service(names.nodePort),
      service(names.loadBalancer),
      service("kube-dns", "kube-system"),
      service(names.local),
      service(names.sticky),
      service(names.stickyBriefly),
      service(names.versions),
      service(names.headless),
    ]);
  return {
    deploymentUid: deployment.metadata.uid ?? "",
    replicas: deployment.spec.replicas ?? 1,
    ...nodes,
    serviceNetwork: cidr?.spec.cidrs[0] ?? "",
    clusterIP: api.spec.clusterIP ?? "",
    servicePort: portOf(api).port,
    podPort,
    metricsPort: portOf(api, "metrics").port,
    dnsServer: dns.spec.clusterIP ?? "",
    headlessName: `${names.headless}.${clusterZone}`,
    nodePort: portOf(nodePort).nodePort ?? 0,
    nodePortServicePort: portOf(nodePort).port,
    nodePortIP: nodePort.spec.clusterIP ?? "",
    loadBalancer: (loadBalancer.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? []),
    loadBalancerPort: portOf(loadBalancer).port,
    loadBalancerIP: loadBalancer.spec.clusterIP ?? "",
    loadBalancerNodePort: portOf(loadBalancer).nodePort ?? 0,
    localNodePort: portOf(local).nodePort ?? 0,
    stickyIP: sticky.spec.clusterIP ?? "",
    stickyBrieflyIP: stickyBriefly.spec.clusterIP ?? "",
    stickyPort: portOf(sticky).port,
    versionsIP: versions.spec.clusterIP ?? "",
    versionsPort: portOf(versions).port,
    ingress: (ingress.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? []),
    gateway: (gateway.status?.addresses ?? []).map(({ value }) => value),
  };
}

async function needed<T>(what: string, found: Promise<T | null>): Promise<T> {
  const object = await found;
  if (object !== null) return object;
  throw new ToolError({
    code: "app-missing",
    expected: `${what} in the cluster`,
    found: "none",
    todo: "install the application: ./svclab install",
  });
}

function portOf(
  service: Service,
  named = "http",
): { readonly port: number; readonly nodePort?: number } {
  const port = service.spec.ports?.find(({ name }) => name === named);
  if (port !== undefined) return port;
  throw new ToolError({
    code: "app-missing",
    expected: `a port named ${named} on Service ${service.metadata.name}`,
    found: "none",
    todo: "install the application: ./svclab install",
  });
}
