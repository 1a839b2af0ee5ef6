/** A port of a Service, and where a node's rules send new connections to it: `address:port` each. */
export interface RuledPort {
  readonly service: string;
  readonly port: string;
  readonly endpoints: string[];
}

/** As kube-proxy names its chains: `service-2QSDSCBU-svclab/api/tcp/http`. */
const nftRule = /^(add|delete) rule ip kube-proxy service-\w+-([\w-]+)\/([\w-]+)\/\w+\/([\w-]*) /;
/** One endpoint, several, or with an affinity, which has a chain for each. */
const nftEndpoint = /(?:dnat to |\d : |goto endpoint-\w+-[^\s_]+__)([\d.]+)(?::| \. |\/)(\d+)/g;
/** As kube-proxy comments its rules in the place of iptables: `svclab/api:http -> 10.244.1.2:8080`. */
const xtRule = /(-[AD]) KUBE-SVC-\w+ .*--comment "([\w-]+)\/([\w-]+):([\w-]*) -> ([\d.]+:\d+)"/;
const endOfChange = /^# new generation |^\s*NEWGEN:/;

/**
 * One node's rules for the Services of a namespace, as a listing and what `nft monitor`, or with
 * iptables xtables-monitor, says afterwards have them.
 */
export class RulesOfNode {
  readonly #namespace: string;
  readonly #ports = new Map<string, Set<string>>();
  readonly #told = new Map<string, string>();
  /** Rules of each port's chain, those for its endpoints or for anything else. */
  readonly #rules = new Map<string, number>();
  #strange: string | null = null;
  /** Ports of which the monitor has spoken: what a listing says of them may be older. */
  readonly #heard = new Set<string>();

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  /** A line of the monitor. Returns what has changed with it: nothing before the change is whole. */
  hear(line: string): RuledPort[] {
    if (endOfChange.test(line)) return this.#changes();
    const name = this.#take(line);
    if (name !== null) this.#heard.add(name);
    return [];
  }

  /** What `nft list table ip kube-proxy` or `iptables-save -t nat` printed. Returns what is new by it. */
  list(text: string): RuledPort[] {
    const before = new Map([...this.#ports].map(([name, all]) => [name, new Set(all)]));
    let chain = "";
    for (const line of text.split("\n")) {
      chain = /^\s*chain (\S+)/.exec(line)?.[1] ?? chain;
      const isSave = line.startsWith("-A ");
      this.#take(isSave ? line : `add rule ip kube-proxy ${chain} ${line.trim()}`);
    }
    for (const name of this.#heard) this.#ports.set(name, before.get(name) ?? new Set());
    return this.#changes();
  }

  /** A port whose rules lead to nobody that could be read: an empty chain has no rule at all. */
  get notUnderstood(): string | null {
    return this.#strange;
  }

  /** All that is known now, in a fixed order. */
  get ports(): RuledPort[] {
    const all = [...this.#ports].filter(([, endpoints]) => endpoints.size > 0);
    return all.map(([name, endpoints]) => ruledPort(name, endpoints)).toSorted(byName);
  }

  /** The port that the line is about. */
  #take(line: string): string | null {
    const [, what, namespace, service, port, endpoint] =
      nftRule.exec(line) ?? xtRule.exec(line) ?? [];
    if (namespace !== this.#namespace) return null;
    const name = `${service}/${port}`;
    const endpoints = this.#ports.get(name) ?? new Set();
    this.#ports.set(name, endpoints);
    // A chain is emptied and filled again, each time whole.
    this.#rules.set(name, what === "add" ? (this.#rules.get(name) ?? 0) + 1 : 0);
    if (what === "delete") endpoints.clear();
    else if (what === "-D") endpoints.delete(`${endpoint}`);
    else if (what === "-A") endpoints.add(`${endpoint}`);
    else for (const [, ip, number] of line.matchAll(nftEndpoint)) endpoints.add(`${ip}:${number}`);
    return name;
  }

  #changes(): RuledPort[] {
    const changed = [...this.#ports].map(([name, endpoints]) => ({
      name,
      now: ruledPort(name, endpoints),
    }));
    return changed.flatMap(({ name, now }) => {
      if (now.endpoints.length === 0 && (this.#rules.get(name) ?? 0) > 0)
        this.#strange ??= `the rules of ${name} lead to nobody that could be read`;
      const text = now.endpoints.join();
      if ((this.#told.get(name) ?? "") === text) return [];
      this.#told.set(name, text);
      return [now];
    });
  }
}

function ruledPort(name: string, endpoints: ReadonlySet<string>): RuledPort {
  const [service = "", port = ""] = name.split("/");
  return { service, port, endpoints: [...endpoints].toSorted() };
}

function byName(a: RuledPort, b: RuledPort): number {
  return `${a.service}/${a.port}`.localeCompare(`${b.service}/${b.port}`);
}
