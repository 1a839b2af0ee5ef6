import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "@svclab/contracts";
import { command, tryCommand } from "../command.ts";
import type { Engine } from "../machine/decide-engine.ts";
import { endPid } from "../pid-file.ts";
import { findOwn } from "./find-own.ts";
import { dropUnusedRoutes, unsealOnHost } from "./host-network.ts";
import { stopLoadBalancer } from "./load-balancer.ts";
import { clusterLabel, mostWorkers, nodeContainers, nodeNames } from "./nodes.ts";
import { type ClusterPlace, removeRecord } from "./place.ts";
import { argumentGone } from "./processes.ts";

export interface DownOptions {
  readonly engine: Engine;
  readonly write: (line: string) => void;
}

/**
 * Removes everything that belongs to the cluster: processes, containers, volumes, the network,
 * routes, rules and files. Each part may be gone already. Returns true when anything was there.
 * @throws ToolError cluster-not-ours, nodes-left, command-failed
 */
export async function down(place: ClusterPlace, { engine, write }: DownOptions): Promise<boolean> {
  const { nodes, network } = await findOwn(engine, place);
  // From here on it is not whole, wherever this is interrupted.
  await removeRecord(place);
  await endPid(join(place.folder, "kind.pid"), place.folder);
  await argumentGone(`${clusterLabel}=${place.cluster}`);
  await stopLoadBalancer(engine, place);
  await removeNodes(engine, place.cluster, write);
  await removeVolumes(engine, place.cluster);
  if (network !== undefined) {
    await command(engine.program, ["network", "rm", place.network], {
      env: engine.env,
      todo: `remove the containers that are on network ${place.network}, then ./svclab down --name ${place.name}`,
    });
    await unsealOnHost(place.network);
    await dropUnusedRoutes(engine, network);
  }
  await rm(place.folder, { recursive: true, force: true });
  return nodes.length > 0 || network !== undefined;
}

async function removeNodes(engine: Engine, cluster: string, write: DownOptions["write"]) {
  const names = (await nodeContainers(engine, cluster)).map(({ name }) => name);
  if (names.length === 0) return;
  write(`removing ${names.join(", ")}`);
  // kind itself does no more than this, and it asks podman once more for each volume.
  const now = engine.name === "podman" ? ["--time=0"] : [];
  const { stderr } = await tryCommand(
    engine.program,
    ["rm", "--force", "--volumes", ...now, ...names],
    { env: engine.env },
  );
  const left = await nodeContainers(engine, cluster);
  if (left.length === 0) return;
  throw new ToolError({
    code: "nodes-left",
    expected: `${engine.name} to remove ${names.join(", ")}`,
    found: `${left.map(({ name }) => name).join(", ")} left: ${stderr.trim().split("\n").at(-1)}`,
    todo: `${engine.program} rm --force ${left.map(({ name }) => name).join(" ")}, then the same again`,
  });
}

/** On podman kind makes a volume for each node before the node, with the node's name as a label. */
async function removeVolumes(engine: Engine, cluster: string): Promise<void> {
  if (engine.name !== "podman") return;
  for (const node of nodeNames(cluster, mostWorkers)) {
    const listed = await command(
      engine.program,
      ["volume", "ls", "--quiet", "--filter", `label=${node}`],
      { env: engine.env },
    );
    const volumes = listed.split("\n").filter((volume) => volume !== "");
    if (volumes.length > 0)
      await command(engine.program, ["volume", "rm", "--force", ...volumes], { env: engine.env });
  }
}
