import { kinds } from "@svclab/cluster";
import { violationTable } from "@svclab/contracts";
import type { Hands } from "./hands.ts";

const table = `table ip ${violationTable}`;
/** Whether it is there or not. */
const gone = `${table}\ndelete ${table}\n`;

/** The nodes of the api's Pods drop what is sent to its Service, before any rule of kube-proxy's. */
export async function dropOnNodes(hands: Hands): Promise<void> {
  const { cluster, namespace, signal } = hands;
  const service = await cluster.get(kinds.service, { namespace, name: "api" }, signal);
  await changeNodes(
    hands,
    "type filter hook prerouting priority raw; policy accept;",
    `ip daddr ${service?.spec.clusterIP} tcp dport 80 drop`,
  );
}

/** The same nodes write their own address in the place of the client's, on the way to each Pod. */
export async function masqueradeOnNodes(hands: Hands): Promise<void> {
  const ips = hands.world.readyPods.flatMap(({ ip }) => ip ?? []);
  await changeNodes(
    hands,
    "type nat hook postrouting priority srcnat - 1; policy accept;",
    `ip daddr { ${ips.join(", ")} } tcp dport 8080 masquerade`,
  );
}

async function changeNodes(hands: Hands, hook: string, rule: string): Promise<void> {
  const { nodeShell, world, removals } = hands;
  const rules = `${gone}${table} {\n  chain mistake {\n    ${hook}\n    ${rule}\n  }\n}\n`;
  for (const node of new Set(world.pods.flatMap((pod) => pod.node ?? []))) {
    removals.add(`the rules of ${node}`, () => nodeShell(node, ["nft", "-f", "-"], gone));
    await nodeShell(node, ["nft", "-f", "-"], rules);
  }
}
