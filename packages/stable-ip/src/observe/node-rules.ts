import type { NodeShell } from "../kill/hands.ts";
import type { RecordFact } from "./fact.ts";

/** What a claim names as a path that looks at this. */
export const nodeRulesRoute = "node-rules";

export interface LookingAtRules {
  readonly nodes: readonly string[];
  readonly namespace: string;
  readonly services: readonly string[];
  readonly nodeShell: NodeShell;
  readonly record: RecordFact;
  readonly say: (line: string) => void;
}

/**
 * Writes down how many rules of each node name each Service. kube-proxy writes a Service's name into
 * its chains, `…-svclab/api/tcp/http`, or with iptables, whose rules nft lists too, into its
 * comments, `"svclab/api:http"` (pkg/proxy in Kubernetes).
 */
export async function recordNodeRules(looking: LookingAtRules): Promise<void> {
  const { nodes, services, namespace, nodeShell, record, say } = looking;
  for (const node of nodes) {
    // One that cannot be looked at costs its claim a verdict, and no other.
    const ruleset = await nodeShell(node, ["nft", "list", "ruleset"]).catch((error) => {
      say(`the rules of ${node} could not be read: ${error}`);
      return null;
    });
    if (ruleset === null) continue;
    const lines = ruleset.split("\n");
    const named = (service: string) => {
      const name = new RegExp(`\\b${namespace}/${service}[/:]`);
      return lines.filter((line) => name.test(line)).length;
    };
    const rules = Object.fromEntries(services.map((service) => [service, named(service)]));
    record({ kind: "node-rules-seen", node, rules });
  }
}
