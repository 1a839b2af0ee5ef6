import type { NodeFollow, NodeShell } from "../kill/hands.ts";
import type { Clock } from "./clock.ts";
import type { RecordFact } from "./fact.ts";
import { type RuledPort, RulesOfNode } from "./rules-of-node.ts";

export interface WatchedRules {
  readonly nodes: readonly string[];
  readonly namespace: string;
  readonly nodeShell: NodeShell;
  /** null where programs on the nodes cannot be followed: nothing is written then. */
  readonly nodeFollow: NodeFollow | null;
  readonly record: RecordFact;
  readonly clock: Clock;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What a node's kube-proxy runs in: how its rules are listed, and what says which of them change. */
const modes = {
  nftables: { list: ["nft", "list", "table", "ip", "kube-proxy"], monitor: ["nft", "monitor"] },
  iptables: {
    list: ["iptables-save", "--table", "nat"],
    monitor: ["xtables-monitor", "--event", "--ipv4"],
  },
} as const;

/** A monitor says nothing when it begins; it listens long before this. */
const beginMs = 500;
const lostEvents = /^# ERROR|lost some netlink/i;

/**
 * Writes down to where each node's rules send what is asked of a namespace's Services, each time
 * that they change, until the signal; the time is that at which the monitor's line came here. At the
 * end what was heard is compared with what is there: a node of which it differs is written down as
 * unseen. Never rejects.
 */
export async function watchRules(watched: WatchedRules): Promise<void> {
  const { nodes, nodeFollow, record, say } = watched;
  if (nodeFollow === null) return;
  await Promise.all(
    nodes.map(async (node) => {
      const why = await watchNode(watched, nodeFollow, node).catch((error) => String(error));
      if (why === null) return;
      say(`the rules of ${node} were not seen: ${why}`);
      record({ kind: "rules-unseen", node, why });
    }),
  );
}

/** Resolves to why what was written of this node is not to be relied on. */
async function watchNode(
  { namespace, nodeShell, record, clock, signal }: WatchedRules,
  nodeFollow: NodeFollow,
  node: string,
): Promise<string | null> {
  const mode = await nodeShell(node, [...modes.nftables.list]).then(
    () => modes.nftables,
    () => modes.iptables,
  );
  const rules = new RulesOfNode(namespace);
  const tell = (changes: readonly RuledPort[]) => {
    for (const change of changes) record({ kind: "rules-changed", node, ...change });
  };
  let lost: string | null = null;
  const hear = (line: string) => {
    if (lostEvents.test(line)) lost ??= line;
    tell(rules.hear(line));
  };
  const following = new AbortController();
  const ended = nodeFollow(node, [...mode.monitor], hear, following.signal).catch(String);
  try {
    await clock.sleep(beginMs, signal).catch(() => {});
    tell(rules.list(await nodeShell(node, [...mode.list])));
    const early = await Promise.race([ended, untilAborted(signal)]);
    if (early !== null) return `${mode.monitor.join(" ")} ended: ${early}`;
    const now = new RulesOfNode(namespace);
    now.list(await nodeShell(node, [...mode.list]));
    following.abort();
    const late = await ended;
    if (late !== null) return `${mode.monitor.join(" ")} ended: ${late}`;
    return lost ?? rules.notUnderstood ?? differs(rules.ports, now.ports);
  } finally {
    following.abort();
    await ended;
  }
}

function untilAborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(null);
    signal.addEventListener("abort", () => resolve(null), { once: true });
  });
}

/** What differs, or that there is nothing to compare; null where neither is so. */
function differs(heard: readonly RuledPort[], listed: readonly RuledPort[]): string | null {
  const [a, b] = [JSON.stringify(heard), JSON.stringify(listed)];
  if (listed.length === 0) return "it has no rule for any Service of the namespace";
  return a === b ? null : `by its monitor they are ${a}, and by a listing ${b}`;
}
