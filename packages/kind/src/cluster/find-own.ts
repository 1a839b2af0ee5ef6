import { existsSync, realpathSync } from "node:fs";
import { ToolError } from "@svclab/contracts";
import type { Engine } from "../machine/decide-engine.ts";
import { type OwnNetwork, ownNetwork } from "./host-network.ts";
import { type NodeContainer, nodeContainers } from "./nodes.ts";
import type { ClusterPlace } from "./place.ts";

export interface Found {
  readonly nodes: readonly NodeContainer[];
  /** Made before the first node and removed after the last. */
  readonly network: OwnNetwork | undefined;
}

/**
 * What the engine has of this cluster. A cluster of the same name that somebody else made is
 * refused, so that no command here changes or removes it.
 * @throws ToolError cluster-not-ours
 */
export async function findOwn(engine: Engine, place: ClusterPlace): Promise<Found> {
  const [nodes, network] = await Promise.all([
    nodeContainers(engine, place.cluster),
    ownNetwork(engine, place.network),
  ]);
  if (nodes.length > 0 && network === undefined)
    throw new ToolError({
      code: "cluster-not-ours",
      expected: `no cluster called ${place.cluster}, or one that svclab made`,
      found: `${nodes.map(({ name }) => name).join(", ")} without a network of svclab's`,
      todo: `choose another --name, or remove it by what made it (kind delete cluster --name ${place.cluster})`,
    });
  const folder = network?.folder;
  if (folder !== undefined && existsSync(folder) && folder !== realPath(place.folder))
    throw new ToolError({
      code: "cluster-not-ours",
      expected: `${place.cluster} with its state in ${place.folder}`,
      found: `one whose state is in ${folder}`,
      todo: "choose another --name, or run ./svclab down in the checkout that made it",
    });
  return { nodes, network };
}

/** The same folder by one name; a folder that is not there is called as given. */
export function realPath(folder: string): string {
  return existsSync(folder) ? realpathSync(folder) : folder;
}
