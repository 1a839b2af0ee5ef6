import { ToolError, violationTable } from "@svclab/contracts";
import { apps, deliverAppImages, developmentImage } from "./app/app-images.ts";
import { appNamespace, install } from "./app/install.ts";
import { type Kubectl, kubectlFor } from "./cluster/kubectl.ts";
import { nodeContainers, onNode } from "./cluster/nodes.ts";
import type { ClusterPlace } from "./cluster/place.ts";
import { reference } from "./images/lock.ts";
import { holdCluster, type Lab, labPlace } from "./lab.ts";
import { requireCluster } from "./lab-cluster.ts";
import { hostPrograms } from "./lab-programs.ts";

export interface InstallWishes {
  /** Switches that break the api on demand. */
  readonly faults: boolean;
  /** Its database too. Default: as it is, and the first time where each server has a node. */
  readonly database?: boolean;
}

/**
 * Builds, loads and applies the sample application; waits until it is rolled out. Resolves to the
 * image that is on the nodes for each name that the manifests use.
 */
export function labInstall(
  lab: Lab,
  name: string,
  options: InstallWishes,
): Promise<Readonly<Record<string, string>>> {
  return holdCluster(name, () => rollOut(lab, name, options));
}

async function rollOut(lab: Lab, name: string, { faults, ...wished }: InstallWishes) {
  const place = labPlace(name);
  await requireCluster(lab, place);
  const programs = await hostPrograms(lab);
  const kubectl = kubectlFor(programs.kubectl, place.kubeconfig, place.context);
  const nodeNames = (await nodeContainers(lab.engine, place.cluster)).map((node) => node.name);
  const nodes = nodeNames.length;
  const database = wished.database ?? (await databaseByDefault(kubectl, nodes));
  if (database) requireNodes(nodes, name);
  const images = await deliver(lab, place, database);
  await removeNodeRules(lab, nodeNames);
  await install({
    checkout: lab.checkout,
    kubectl,
    images,
    faults,
    database,
    rolloutMs: 120_000,
    write: lab.write,
  });
  return Object.fromEntries(apps.map((app) => [developmentImage(app), images[app]]));
}

/**
 * Builds and loads what a first install will use, and says nothing of what becomes of it: the install
 * does what is left, or tells why it cannot.
 */
export async function labPrepareInstall(lab: Lab, name: string): Promise<void> {
  const place = labPlace(name);
  await nodeContainers(lab.engine, place.cluster)
    .then((nodes) => deliver(lab, place, nodes.length >= databaseNodes))
    .catch(() => {});
}

function deliver(lab: Lab, place: ClusterPlace, database: boolean) {
  const image = (id: string) => {
    const found = lab.lock.images[id];
    if (found === undefined) throw new Error(`the lock file has no image called ${id}`);
    return reference(found);
  };
  return deliverAppImages({
    checkout: lab.checkout,
    cache: lab.cache,
    engine: lab.engine,
    cluster: place.cluster,
    alsoLoad: [image("k6"), ...(database ? [image("mysql")] : [])],
    nodejsImage: image("nodejs"),
    write: lab.write,
  });
}

/** What a run that was killed made its nodes drop on purpose. */
async function removeNodeRules({ engine, write }: Lab, nodes: readonly string[]): Promise<void> {
  const script = `nft delete table ip ${violationTable} 2>/dev/null && echo removed || true`;
  await Promise.all(
    nodes.map(async (node) => {
      const told = await onNode(engine, node, ["sh", "-c", script]);
      if (told !== "") write(`removed after a run that was cut off: ${violationTable} on ${node}`);
    }),
  );
}

/** One member a node, or a lost node could take the majority with it. */
const databaseNodes = 3;

async function databaseByDefault(kubectl: Kubectl, nodes: number): Promise<boolean> {
  const there = ["deployment/api", "statefulset/mysql", "--ignore-not-found", "--output=name"];
  const found = await kubectl(["--namespace", appNamespace, "get", ...there]);
  return found.includes("mysql") || (!found.includes("api") && nodes >= databaseNodes);
}

function requireNodes(found: number, name: string): void {
  if (found >= databaseNodes) return;
  throw new ToolError({
    code: "nodes-too-few",
    expected: `${databaseNodes} nodes for the database, one for each of its servers`,
    found: `${found}`,
    todo: `./svclab down --name ${name}, then ./svclab up --name ${name} --workers 2; or install without --database`,
  });
}
