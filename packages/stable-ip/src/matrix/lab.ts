import { join } from "node:path";
import { type Cluster, kinds, type Service } from "@svclab/cluster";
import { type Clock, machineClock } from "../observe/clock.ts";
import { readNodes } from "../observe/lab.ts";
import { applyAll, readManifests } from "../observe/manifests.ts";
import { until } from "../observe/wait.ts";
import { withRemovals } from "../removals.ts";
import type { RunRequest } from "../run.ts";
import type { Recorded } from "../with-history.ts";

/** Names of what ./svclab matrix puts into a cluster: k8s/matrix. */
export const matrixNames = {
  namespace: "svclab-matrix",
  deployment: "target",
  inside: "inside",
  direct: "direct",
  node: "node",
  public: "public",
  http: "web",
} as const;

/** A name of the namespace, in full: no search list is needed for it. */
const full = (name: string) => `${name}.${matrixNames.namespace}.svc.cluster.local`;

/** Each way to the Pods: where it is asked. */
export interface MatrixLab {
  readonly deploymentUid: string;
  readonly replicas: number;
  readonly nodes: readonly string[];
  readonly workers: readonly string[];
  readonly controlPlane: string;
  readonly nodeAddresses: Readonly<Record<string, string>>;
  readonly clusterIP: string;
  readonly insideName: string;
  readonly directName: string;
  readonly nodePort: number;
  readonly loadBalancer: readonly string[];
  readonly ingress: readonly string[];
  readonly gateway: readonly string[];
}

const addressesMs = 60_000;
const goneMs = 120_000;

export interface Matrix extends Pick<RunRequest, "cluster" | "manifests" | "images"> {
  readonly clock?: Clock;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Makes what k8s/matrix holds, to be removed with the rest, and waits for its addresses. */
async function deploy(
  cluster: Cluster,
  { manifests, images }: Pick<Matrix, "manifests" | "images">,
  { clock, signal, removals }: Pick<Recorded, "clock" | "signal" | "removals">,
): Promise<MatrixLab> {
  const objects = await readManifests(join(manifests, "matrix"), images);
  const namespace = { apiVersion: "v1", kind: "Namespace", name: matrixNames.namespace };
  removals.add(`namespace ${namespace.name}`, async (limit) => {
    await cluster.remove(namespace, {}, limit);
    await until(clock, limit, {
      what: `namespace ${namespace.name} to be gone`,
      look: async () => ((await cluster.get(namespace, namespace, limit)) === null ? true : null),
      seen: () => "it is there",
      limitMs: goneMs,
      everyMs: 500,
    });
  });
  await applyAll(cluster, objects, signal);
  return until(clock, signal, {
    what: "the load balancer, the Ingress and the Gateway of svclab-matrix to have addresses",
    look: async () => {
      const lab = await readMatrixLab(cluster, signal);
      const all = [lab.loadBalancer, lab.ingress, lab.gateway];
      return all.every((addresses) => addresses.length > 0) ? lab : null;
    },
    seen: () => "one has none",
    limitMs: addressesMs,
    everyMs: 500,
  });
}

async function readMatrixLab(cluster: Cluster, signal: AbortSignal): Promise<MatrixLab> {
  const { namespace } = matrixNames;
  const named = (name: string) => ({ namespace, name });
  const [deployment, inside, node, balanced, ingress, gateway, nodes] = await Promise.all([
    cluster.get(kinds.deployment, named(matrixNames.deployment), signal),
    cluster.get(kinds.service, named(matrixNames.inside), signal),
    cluster.get(kinds.service, named(matrixNames.node), signal),
    cluster.get(kinds.service, named(matrixNames.public), signal),
    cluster.get(kinds.ingress, named(matrixNames.http), signal),
    cluster.get(kinds.gateway, named(matrixNames.http), signal),
    readNodes(cluster, signal),
  ]);
  const addresses = (one: Pick<Service, "status"> | null) =>
    (one?.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? []);
  return {
    ...nodes,
    deploymentUid: deployment?.metadata.uid ?? "",
    replicas: deployment?.spec.replicas ?? 0,
    clusterIP: inside?.spec.clusterIP ?? "",
    insideName: full(matrixNames.inside),
    directName: full(matrixNames.direct),
    nodePort: node?.spec.ports?.[0]?.nodePort ?? 0,
    loadBalancer: addresses(balanced),
    ingress: addresses(ingress),
    gateway: (gateway?.status?.addresses ?? []).map(({ value }) => value),
  };
}

/** Makes it, lets `body` use it, and takes it away again whatever happens. */
export function withMatrix<T>(
  { cluster, clock = machineClock, signal, say, ...files }: Matrix,
  body: (lab: MatrixLab) => Promise<T>,
): Promise<T> {
  return withRemovals(
    async (removals) => body(await deploy(cluster, files, { clock, signal, removals })),
    say,
  );
}
