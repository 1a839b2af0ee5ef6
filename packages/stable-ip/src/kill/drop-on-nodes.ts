import { kinds } from "@svclab/cluster";
import { violationTable } from "@svclab/contracts";
import type { Hands } from "./hands.ts";

const table = `table ip ${violationTable}`;
/** Whether it is there or not. */
const gone = `${table}\ndelete ${table}\n`;

/** Before any rule of kube-proxy's, whatever comes from a Pod: priority raw. */
const rules = (ip: string) => `${gone}${table} {
  chain prerouting {
    type filter hook prerouting priority raw; policy accept;
    ip daddr ${ip} tcp dport 80 drop
  }
}
`;

/** Every node on which a Pod runs drops what is sent to the Service api, until the removal. */
export async function dropOnNodes(hands: Hands): Promise<void> {
  const { cluster, namespace, nodeShell, world, signal, removals } = hands;
  const service = await cluster.get(kinds.service, { namespace, name: "api" }, signal);
  const nodes = new Set(world.pods.flatMap(({ node }) => node ?? []));
  for (const node of nodes) {
    removals.add(`what ${node} drops`, () => nodeShell(node, ["nft", "-f", "-"], gone));
    await nodeShell(node, ["nft", "-f", "-"], rules(service?.spec.clusterIP ?? ""));
  }
}
