import { ToolError } from "@svclab/contracts";
import { command } from "../command.ts";
import { onPath } from "../machine/host.ts";
import { installIp } from "../machine/install-command.ts";
import { realPath } from "./find-own.ts";
import { addUnreachableRoutes, createNetwork } from "./host-network.ts";
import { type Cidr, type ClusterNetworks, chooseNetworks, routedNetworks } from "./networks.ts";
import type { ClusterPlace } from "./place.ts";
import type { UpOptions } from "./up-options.ts";

/** Routes first, then the engine's network: no cluster starts while its addresses could leave. */
export async function claimNetworks(
  place: ClusterPlace,
  options: UpOptions,
): Promise<ClusterNetworks> {
  const { engine } = options;
  const routed = await hostRoutes();
  const networks = chooseNetworks(routed);
  if (networks === undefined)
    throw new ToolError({
      code: "no-free-network",
      expected: "two of the usual private networks that this host does not route elsewhere",
      found: `routes to ${routed.join(", ")}`,
      todo: "end a VPN or a bridge that takes them",
    });
  const folder = realPath(place.folder);
  await createNetwork(engine, { network: place.network, folder }, networks);
  try {
    await addUnreachableRoutes(networks);
  } catch (error) {
    if (options.sealed)
      throw new ToolError({
        code: "routes-refused",
        expected: "routes that keep cluster addresses on this machine, as SVCLAB_SEALED=1 asks",
        found: error instanceof ToolError ? error.found : String(error),
        todo: "run as root, or give this process the capability NET_ADMIN",
        cause: error,
      });
    options.write(
      "routes could not be added: packets to cluster addresses that no node knows may leave this machine",
    );
  }
  return networks;
}

async function hostRoutes(): Promise<Cidr[]> {
  if (process.platform !== "linux") return [];
  if ((await onPath("ip")) === null)
    throw new ToolError({
      code: "iproute-missing",
      expected: "ip on PATH, to see which networks this host routes and to keep ours on it",
      found: "no program ip",
      todo: installIp,
    });
  const json = await command("ip", ["-json", "-4", "route", "show", "table", "all"]);
  return routedNetworks(json);
}
