import { isIP } from "node:net";
import { command, tryCommand } from "../command.ts";
import type { Engine } from "../machine/decide-engine.ts";
import type { Cidr, ClusterNetworks } from "./networks.ts";

/**
 * Our networks in the engine carry their cluster's networks as labels. The engine is the one place
 * that all checkouts, and a run after a crash, see alike: routes are counted by it.
 */
const label = {
  cluster: "svclab.cluster",
  folder: "svclab.folder",
  pods: "svclab.pods",
  services: "svclab.services",
};

export interface OwnNetwork extends ClusterNetworks {
  readonly network: string;
  /** Where the checkout that made it keeps the cluster's files. */
  readonly folder?: string;
}

async function ownNetworks(engine: Engine): Promise<OwnNetwork[]> {
  const names = await command(
    engine.program,
    ["network", "ls", "--filter", `label=${label.cluster}`, "--format", "{{.Name}}"],
    { env: engine.env },
  );
  const found = await Promise.all(
    names
      .split("\n")
      .filter((name) => name !== "")
      .map((name) => ownNetwork(engine, name)),
  );
  return found.filter((network) => network !== undefined);
}

/** Undefined when there is none of this name, or one that is not ours. */
export async function ownNetwork(engine: Engine, network: string): Promise<OwnNetwork | undefined> {
  const labels = await tryCommand(
    engine.program,
    ["network", "inspect", network, "--format", "{{json .Labels}}"],
    { env: engine.env },
  );
  if (labels.exitCode !== 0) return undefined;
  const {
    [label.folder]: folder,
    [label.pods]: pods,
    [label.services]: services,
  } = (JSON.parse(labels.stdout) ?? {}) as Record<string, string>;
  if (pods === undefined || services === undefined) return undefined;
  return { network, ...(folder === undefined ? {} : { folder }), pods, services };
}

export async function createNetwork(
  engine: Engine,
  { network, folder }: { readonly network: string; readonly folder: string },
  networks: ClusterNetworks,
): Promise<void> {
  await command(
    engine.program,
    [
      "network",
      "create",
      "--driver=bridge",
      ...["--label", `${label.cluster}=${network}`],
      ...["--label", `${label.folder}=${folder}`],
      ...["--label", `${label.pods}=${networks.pods}`],
      ...["--label", `${label.services}=${networks.services}`],
      network,
    ],
    { env: engine.env },
  );
}

/** The network's bridge on the host and its IPv4 subnet. */
export async function networkFacts(
  engine: Engine,
  network: string,
): Promise<{ bridge: string; subnet: Cidr }> {
  const text = await command(engine.program, ["network", "inspect", network], { env: engine.env });
  const [found] = JSON.parse(text) as [
    {
      id?: string;
      Id?: string;
      network_interface?: string;
      subnets?: { subnet: string }[];
      IPAM?: { Config: { Subnet: string }[] };
    },
  ];
  const subnets = [
    ...(found.subnets ?? []).map(({ subnet }) => subnet),
    ...(found.IPAM?.Config ?? []).map(({ Subnet }) => Subnet),
  ];
  const subnet = subnets.find((each) => isIP(each.split("/")[0] ?? "") === 4) ?? "";
  // docker names a bridge after the network's id.
  return { bridge: found.network_interface ?? `br-${(found.Id ?? "").slice(0, 12)}`, subnet };
}

/** Cluster addresses that no node knows end on the host, and never on the real network. */
export async function addUnreachableRoutes({ pods, services }: ClusterNetworks): Promise<void> {
  for (const network of [pods, services])
    await command("ip", ["route", "replace", "unreachable", network], {
      todo: "run as root, or give this process the capability NET_ADMIN",
    });
}

/** Removes the routes of networks that no cluster of ours has any more. */
export async function dropUnusedRoutes(engine: Engine, gone: ClusterNetworks): Promise<void> {
  if (process.platform !== "linux") return;
  for (const network of [gone.pods, gone.services]) {
    if (await isUsed(engine, network)) continue;
    await tryCommand("ip", ["route", "del", "unreachable", network]);
    // A cluster that came in between found the route in its place.
    if (await isUsed(engine, network))
      await tryCommand("ip", ["route", "replace", "unreachable", network]);
  }
}

async function isUsed(engine: Engine, network: Cidr): Promise<boolean> {
  const own = await ownNetworks(engine);
  return own.some(({ pods, services }) => pods === network || services === network);
}

/**
 * cloud-provider-kind asks for its nodes by name, and only the engine's network knows those: on the
 * host the question would go to the name server outside. It runs with this group while sealed, and
 * what that group asks is refused. No group of this number is set up anywhere.
 */
export const sealedGroup = 1_179_010_117;

/**
 * Drops, and counts, whatever the engine's network would send past the host.
 * Traffic between the network's own members, and with the host itself, goes on.
 */
export async function sealOnHost(network: string, bridge: string): Promise<void> {
  await command("nft", ["-f", "-"], {
    input: `table inet ${network}
delete table inet ${network}
table inet ${network} {
  chain forward {
    type filter hook forward priority filter - 10; policy accept;
    iifname "${bridge}" oifname != "${bridge}" counter drop
  }
  chain output {
    type filter hook output priority filter - 10; policy accept;
    meta skgid ${sealedGroup} oifname != "lo" udp dport 53 counter reject
    meta skgid ${sealedGroup} oifname != "lo" tcp dport 53 counter reject
  }
}
`,
  });
}

/** The rules of sealOnHost are in force. */
export async function isSealedOnHost(network: string): Promise<boolean> {
  return (await tryCommand("nft", ["list", "table", "inet", network])).exitCode === 0;
}

export async function unsealOnHost(network: string): Promise<void> {
  // A host without nft has no such table.
  await tryCommand("nft", ["delete", "table", "inet", network]).catch(() => undefined);
}

/** On a node: Pods reach Pods, Services and nodes, and nothing else. */
export function nodeSeal(networks: ClusterNetworks, nodes: Cidr): string {
  const own = `{ ${networks.pods}, ${networks.services}, ${nodes} }`;
  return `table ip svclab-seal
delete table ip svclab-seal
table ip svclab-seal {
  chain forward {
    type filter hook forward priority filter - 10; policy accept;
    ip saddr ${networks.pods} ip daddr != ${own} counter drop
  }
}
`;
}
