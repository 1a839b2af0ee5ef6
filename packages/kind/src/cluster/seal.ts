import type { Engine } from "../machine/decide-engine.ts";
import { requireClosedResolver } from "./closed-resolver.ts";
import {
  addUnreachableRoutes,
  isSealedOnHost,
  networkFacts,
  nodeSeal,
  sealOnHost,
} from "./host-network.ts";
import type { Kubectl } from "./kubectl.ts";
import type { Cidr, ClusterNetworks } from "./networks.ts";
import { nodeContainers, onNode } from "./nodes.ts";
import type { ClusterPlace, ClusterRecord } from "./place.ts";
import { sealCoreDns } from "./seal-dns.ts";
import type { UpOptions } from "./up-options.ts";

/**
 * Inside the cluster: Pods reach its own networks only, and DNS asks nobody outside. podman's name
 * server runs by now.
 */
export async function seal(
  place: ClusterPlace,
  { engine }: { readonly engine: Engine },
  kubectl: Kubectl,
  networks: ClusterNetworks,
  subnet: Cidr,
): Promise<void> {
  await requireClosedResolver(engine);
  for (const { name } of await nodeContainers(engine, place.cluster))
    await onNode(engine, name, ["nft", "-f", "-"], nodeSeal(networks, subnet));
  await sealCoreDns(kubectl);
}

/**
 * What seals a cluster can be lost under it: a node that was restarted has no rules, a host whose
 * rules were loaded anew has no table. True when something was put back.
 */
export async function sealAgain(
  place: ClusterPlace,
  { engine, write }: UpOptions,
  record: ClusterRecord,
): Promise<boolean> {
  await requireClosedResolver(engine);
  const { bridge, subnet } = await networkFacts(engine, place.network);
  let mended = false;
  if (!(await isSealedOnHost(place.network))) {
    write("the host's rules were gone: setting them again");
    await addUnreachableRoutes(record);
    await sealOnHost(place.network, bridge);
    mended = true;
  }
  for (const { name } of await nodeContainers(engine, place.cluster)) {
    const list = ["sh", "-c", "nft list table ip svclab-seal >/dev/null 2>&1 || echo gone"];
    if ((await onNode(engine, name, list)).trim() !== "gone") continue;
    write(`the rules of ${name} were gone: setting them again`);
    await onNode(engine, name, ["nft", "-f", "-"], nodeSeal(record, subnet));
    mended = true;
  }
  return mended;
}
