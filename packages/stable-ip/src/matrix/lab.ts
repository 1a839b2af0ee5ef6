import { join } from "node:path";
import { type Cluster, type KubeObject, kinds, type Service } from "@svclab/cluster";
import { ToolError } from "@svclab/contracts";
import { type Clock, machineClock } from "../observe/clock.ts";
import { type Nodes, readNodes } from "../observe/lab.ts";
import { applyAll, readManifests } from "../observe/manifests.ts";
import { untilGone } from "../observe/until-gone.ts";
import { until } from "../observe/wait.ts";
import { withRemovals } from "../removals.ts";
import type { RunRequest } from "../run.ts";
import type { Recorded } from "../with-history.ts";

/** Names of what ./svclab matrix puts into a cluster: k8s/matrix. */
export const matrixNames = {
  namespace: "svclab-matrix",
  direct: "direct",
  node: "node",
  public: "public",
  http: "web",
} as const;

/** A name of the namespace, in full: no search list is needed for it. */
const full = (name: string) => `${name}.${matrixNames.namespace}.svc.cluster.local`;

/** Of target every way is asked; lone has one Service, by whose IP it is asked. */
export type SubjectName = "target" | "lone";

/** A Deployment whose Pods are killed, and its Service with a ClusterIP. */
interface Subject {
  readonly deployment: SubjectName;
  readonly deploymentUid: string;
  readonly clusterIP: string;
}

/** For each subject the name of its Service with a ClusterIP. */
export const serviceOf = { target: "inside", lone: "lone" } as const;

/** Each way to the Pods: where it is asked. */
export interface MatrixLab extends Nodes {
  readonly subjects: Readonly<Record<SubjectName, Subject>>;
  readonly replicas: number;
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
  const remove = async (limit: AbortSignal) => {
    await cluster.remove(namespace, {}, limit);
    await untilGone(namespace, { cluster, clock, signal: limit, limitMs: goneMs });
  };
  const { workers } = await readNodes(cluster, signal);
  if (workers.length < 2)
    throw new ToolError({
      code: "nodes-too-few",
      expected: "two workers, as one is drained and paused",
      found: `${workers.length}`,
      todo: "bring up a cluster with two: ./svclab up --workers 2",
    });
  // One that a call left behind when it was cut off may have been changed by it.
  await remove(signal);
  removals.add(`namespace ${namespace.name}`, remove);
  await applyAll(cluster, [...objects, ...lonely(objects)], signal);
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

/** The target once more under another name, and behind nothing but a ClusterIP. */
function lonely(objects: readonly KubeObject[]): KubeObject[] {
  const copied = objects.filter(
    ({ kind, metadata }) => kind === "Deployment" || metadata.name === serviceOf.target,
  );
  return copied.map((one) => {
    const text = JSON.stringify(one).replaceAll('"target"', '"lone"');
    return JSON.parse(text.replaceAll(`"${serviceOf.target}"`, `"${serviceOf.lone}"`));
  });
}

async function readMatrixLab(cluster: Cluster, signal: AbortSignal): Promise<MatrixLab> {
  const { namespace } = matrixNames;
  const named = (name: string) => ({ namespace, name });
  const subject = async (deployment: SubjectName): Promise<Subject & { replicas: number }> => {
    const service = serviceOf[deployment];
    const [pods, way] = await Promise.all([
      cluster.get(kinds.deployment, named(deployment), signal),
      cluster.get(kinds.service, named(service), signal),
    ]);
    const deploymentUid = pods?.metadata.uid ?? "";
    const clusterIP = way?.spec.clusterIP ?? "";
    return { deployment, deploymentUid, clusterIP, replicas: pods?.spec.replicas ?? 0 };
  };
  const [target, lone, node, balanced, ingress, gateway, nodes] = await Promise.all([
    subject("target"),
    subject("lone"),
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
    subjects: { target, lone },
    replicas: target.replicas,
    insideName: full(serviceOf.target),
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
