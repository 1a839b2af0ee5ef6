import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fact } from "./fact.ts";
import { recordNodeRules } from "./node-rules.ts";

const nftables = `table ip kube-proxy {
  map service-ips {
    type ipv4_addr . inet_proto . inet_service : verdict
    elements = { 10.96.0.9 . tcp . 80 : goto service-2QSDSCBU-svclab/api/tcp/http,
                 10.96.0.7 . tcp . 80 : goto service-ABCDEFGH-svclab/web/tcp/http }
  }
  chain service-2QSDSCBU-svclab/api/tcp/http {
    numgen random mod 1 vmap { 0 : goto endpoint-JKL-svclab/api/tcp/http__10.244.1.2/8080 }
  }
}`;
const iptables = `table ip nat {
  chain KUBE-SERVICES {
    ip daddr 10.96.0.9 tcp dport 80 counter jump KUBE-SVC-X comment "svclab/api:http cluster IP"
  }
}`;

for (const [mode, ruleset, found] of [
  ["nftables", nftables, 3],
  ["iptables", iptables, 1],
] as const)
  test(`rules as ${mode} has them are counted by the Service that they name, and by no other`, async () => {
    const facts: Fact[] = [];
    await recordNodeRules({
      nodes: ["n1", "n2"],
      namespace: "svclab",
      services: ["api", "api-direct"],
      nodeShell: async (node, argv) => {
        assert.deepEqual(argv, ["nft", "list", "ruleset"]);
        return node === "n1" ? ruleset : ruleset.replaceAll("svclab/api", "svclab/api-direct");
      },
      record: (fact) => facts.push(fact),
      say: assert.fail,
    });
    assert.deepEqual(facts, [
      { kind: "node-rules-seen", node: "n1", rules: { api: found, "api-direct": 0 } },
      { kind: "node-rules-seen", node: "n2", rules: { api: 0, "api-direct": found } },
    ]);
  });

test("a node that cannot be looked at is told, and the others are looked at", async () => {
  const facts: Fact[] = [];
  const said: string[] = [];
  await recordNodeRules({
    nodes: ["n1", "n2"],
    namespace: "svclab",
    services: ["api"],
    nodeShell: async (node) => {
      if (node === "n1") throw new Error("nft: not found");
      return nftables;
    },
    record: (fact) => facts.push(fact),
    say: (line) => said.push(line),
  });
  assert.deepEqual(facts, [{ kind: "node-rules-seen", node: "n2", rules: { api: 3 } }]);
  assert.match(said.join(), /rules of n1 could not be read: .*nft: not found/);
});
