import assert from "node:assert/strict";
import { it } from "node:test";
import type { NodeFollow } from "../kill/hands.ts";
import type { Fact } from "./fact.ts";
import { patientClock } from "./patient-clock.ts";
import { watchRules } from "./watch-rules.ts";

const rule = (...ips: string[]) =>
  `numgen random mod ${ips.length} vmap { ${ips.map((ip, at) => `${at} : goto endpoint-A-svclab/api/tcp/http__${ip}/8080`).join(", ")} }`;
const chain = "service-S-svclab/api/tcp/http";
const listing = (...ips: string[]) => `chain ${chain} {\n ${rule(...ips)}\n}`;
const change = (...ips: string[]) => [
  `delete rule ip kube-proxy ${chain} handle 3`,
  `add rule ip kube-proxy ${chain} ${rule(...ips)}`,
  "# new generation 4 by process 9 (nft)",
];

interface Node {
  readonly listings: string[];
  readonly heard?: readonly string[];
  /** How its monitor ends by itself. */
  readonly ends?: string;
  readonly iptables?: true;
}

async function watched(node: Node) {
  const facts: Fact[] = [];
  const said: string[] = [];
  const asked: string[] = [];
  const stop = new AbortController();
  let following = 0;
  const nodeFollow: NodeFollow = async (_, argv, onLine, signal) => {
    asked.push(argv.join(" "));
    following += 1;
    await new Promise(setImmediate);
    setTimeout(() => {
      for (const line of node.heard ?? []) onLine(line);
      if (node.ends === undefined) stop.abort();
    }, 5);
    const ended = await new Promise<string | null>((resolve) => {
      signal.addEventListener("abort", () => resolve(null));
      if (node.ends !== undefined) setTimeout(resolve, 10, node.ends);
    });
    following -= 1;
    return ended;
  };
  await watchRules({
    ...{ nodes: ["n1"], namespace: "svclab", nodeFollow, clock: patientClock() },
    nodeShell: async (_, argv) => {
      if (argv[0] === "nft" && node.iptables) throw new Error("no such table");
      asked.push(argv.join(" "));
      return (node.listings.length > 1 ? node.listings.shift() : node.listings[0]) ?? "";
    },
    record: (fact) => facts.push(fact),
    say: (line) => said.push(line),
    signal: stop.signal,
  });
  assert.equal(following, 0, "the monitor is ended");
  return { facts, said, asked };
}

const api = (...ips: string[]): Fact => ({
  ...{ kind: "rules-changed", node: "n1", service: "api", port: "http" },
  endpoints: ips.map((ip) => `${ip}:8080`),
});

it("writes down what a node's rules are, and each change", async () => {
  const [before, after] = [listing("10.244.1.2", "10.244.2.2"), listing("10.244.2.2")];
  // The first look only tells that kube-proxy uses nftables.
  const listings = [before, before, after];
  const { facts, said } = await watched({ listings, heard: change("10.244.2.2") });
  assert.deepEqual(facts, [api("10.244.1.2", "10.244.2.2"), api("10.244.2.2")]);
  assert.deepEqual(said, []);
});

it("listens to what iptables has for it where kube-proxy uses that", async () => {
  const { asked, facts } = await watched({ iptables: true, listings: [""] });
  assert.match(JSON.stringify(facts), /rules-unseen.*no rule for any Service/);
  assert.deepEqual(
    new Set(asked),
    new Set(["xtables-monitor --event --ipv4", "iptables-save --table nat"]),
  );
});

for (const [title, node, why] of [
  [
    "a change that the monitor did not tell",
    { listings: [listing("10.244.1.2"), listing("10.244.1.2"), listing("10.244.2.2")] },
    /by its monitor .*10.244.1.2:8080.* by a listing .*10.244.2.2:8080/,
  ],
  [
    "a rule that is not understood",
    {
      listings: [listing("10.244.1.2")],
      heard: [...change(), `add rule ip kube-proxy ${chain} jhash`, ...change().slice(-1)],
    },
    /api\/http lead to nobody that could be read/,
  ],
  [
    "a monitor that ends",
    { listings: [""], ends: "no nft (exit code 127)" },
    /nft monitor ended: no nft/,
  ],
  [
    "a monitor that could not keep up",
    { listings: [""], heard: ["# ERROR: We lost some netlink events!"] },
    /lost some netlink events/,
  ],
] as const satisfies readonly (readonly [string, Node, RegExp])[])
  it(`tells of ${title} that the node's rules were not seen`, async () => {
    const { facts, said } = await watched({ ...node, listings: [...node.listings] });
    const unseen = facts.filter(({ kind }) => kind === "rules-unseen");
    assert.equal(unseen.length, 1);
    assert.match(JSON.stringify(unseen[0]), why);
    assert.match(said.join(), why);
  });

it("tells of a monitor that cannot be started, and throws nothing", async () => {
  const facts: Fact[] = [];
  for (const nodeShell of [
    async () => listing("10.244.1.2"),
    () => Promise.reject(new Error("no")),
  ])
    await watchRules({
      ...{ nodes: ["n1"], namespace: "svclab", clock: patientClock(), say: () => {}, nodeShell },
      nodeFollow: () => Promise.reject(new Error("spawn EAGAIN")),
      record: (fact) => facts.push(fact),
      signal: new AbortController().signal,
    });
  const unseen = facts.filter(({ kind }) => kind === "rules-unseen");
  assert.match(JSON.stringify(unseen), /nft monitor ended: Error: spawn EAGAIN.*Error: no/);
});

it("tells of a node that cannot be looked at, and goes on", async () => {
  const facts: Fact[] = [];
  await watchRules({
    ...{ nodes: ["n1"], namespace: "svclab", clock: patientClock(), say: () => {} },
    nodeFollow: async () => null,
    nodeShell: async () => {
      throw new Error("no such container");
    },
    record: (fact) => facts.push(fact),
    signal: new AbortController().signal,
  });
  assert.deepEqual(facts, [{ kind: "rules-unseen", node: "n1", why: "Error: no such container" }]);
});
