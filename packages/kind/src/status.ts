import { apiAnswers, type Kubectl, kubectlFor } from "./cluster/kubectl.ts";
import { loadBalancerRuns } from "./cluster/load-balancer.ts";
import { nodeContainers } from "./cluster/nodes.ts";
import { type ClusterRecord, readRecord } from "./cluster/place.ts";
import { imageDigest, imageLabels, keyLabel } from "./images/build-image.ts";
import { type LockedImage, reference } from "./images/lock.ts";
import { trueVersion } from "./images/true-version.ts";
import { type Lab, labPlace } from "./lab.ts";
import { hostPrograms } from "./lab-programs.ts";
import type { Engine } from "./machine/decide-engine.ts";

export interface ClusterStatus {
  readonly cluster: string;
  readonly state: "running" | "not whole" | "absent";
  readonly nodes: readonly NodeStatus[];
  /** How its node image came, and how kube-proxy works; null where no cluster is whole. */
  readonly lane: ClusterRecord["lane"] | null;
  readonly proxyMode: ClusterRecord["proxyMode"] | null;
  readonly apiAnswers: boolean;
  readonly loadBalancerRuns: boolean;
  readonly kubeconfig: string | null;
  /** Lane and true version of each image, as its own labels and programs tell. */
  readonly parts: Readonly<Record<string, string>>;
}

interface NodeStatus {
  readonly name: string;
  readonly running: boolean;
  /** As the node itself tells the API, "v1.37.0" and "containerd://2.4.2"; null where none answers. */
  readonly kubelet: string | null;
  readonly runtime: string | null;
}

/** What is there of a cluster, and what it is made of. Changes nothing. */
export async function labStatus(lab: Lab | null, name: string): Promise<ClusterStatus> {
  const place = labPlace(name);
  if (lab === null) return withoutEngine(place.cluster);
  const nodes = await nodeContainers(lab.engine, place.cluster);
  const record = await readRecord(place);
  const running = nodes.length > 0 && nodes.every((node) => node.running);
  const kubectl =
    running && record !== undefined
      ? kubectlFor((await hostPrograms(lab)).kubectl, place.kubeconfig, place.context)
      : undefined;
  const answers = kubectl !== undefined && (await apiAnswers(kubectl));
  const versions = answers ? await nodeVersions(kubectl) : new Map();
  const absent = nodes.length === 0 && record === undefined;
  return {
    cluster: place.cluster,
    state: absent ? "absent" : answers ? "running" : "not whole",
    nodes: nodes.map(({ name, running }) => ({
      name,
      running,
      ...(versions.get(name) ?? { kubelet: null, runtime: null }),
    })),
    lane: record?.lane ?? null,
    proxyMode: record?.proxyMode ?? null,
    apiAnswers: answers,
    loadBalancerRuns: await loadBalancerRuns(place),
    kubeconfig: record === undefined ? null : place.kubeconfig,
    parts: await parts(lab),
  };
}

/** Containers are all that there could be, and nothing is there to hold them. */
function withoutEngine(cluster: string): ClusterStatus {
  const nothing = { lane: null, proxyMode: null, apiAnswers: false, loadBalancerRuns: false };
  const parts = { node: process.version, engine: "none that answers" };
  return { cluster, state: "absent", nodes: [], ...nothing, kubeconfig: null, parts };
}

async function nodeVersions(kubectl: Kubectl) {
  const info = "{.status.nodeInfo.kubeletVersion} {.status.nodeInfo.containerRuntimeVersion}";
  const text = await kubectl([
    ...["get", "nodes", "-o"],
    `jsonpath={range .items[*]}{.metadata.name} ${info}{"\\n"}{end}`,
  ]);
  return new Map(
    text
      .trim()
      .split("\n")
      .map((line) => line.split(" "))
      .map(([name = "", kubelet = null, runtime = null]) => [name, { kubelet, runtime }]),
  );
}

/** Names and versions of everything a run stands on: what the lock asks for, and what is there. */
export async function parts(lab: Lab): Promise<Record<string, string>> {
  const images = await Promise.all(
    Object.entries(lab.lock.images).map(async ([id, image]) => [
      reference(image),
      await describeImage(lab.engine, id, image),
    ]),
  );
  return {
    node: process.version,
    engine: `${lab.engine.name} ${lab.engine.version}`,
    kubernetes: lab.lock.kubernetes,
    ...Object.fromEntries(images),
  };
}

async function describeImage(engine: Engine, id: string, image: LockedImage): Promise<string> {
  const labels = await imageLabels(engine, image);
  if (labels === undefined) return "absent";
  const version = (await trueVersion(engine, id, image)) ?? "unknown";
  const key = labels[keyLabel];
  if (key === undefined)
    return `pulled, version ${version}; ${(await imageDigest(engine, image)) ?? "no digest"}`;
  const debian = labels["svclab.debian"];
  return `built, version ${version}; recipe ${key}${debian === undefined ? "" : `; Debian: ${debian}`}`;
}
