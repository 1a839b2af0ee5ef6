import assert from "node:assert/strict";
import { it } from "node:test";
import { type RuledPort, RulesOfNode } from "./rules-of-node.ts";

/** As nft 1.1 prints it, and says it of changes. */
const nft = {
  listing: `table ip kube-proxy {
	map service-ips {
		type ipv4_addr . inet_proto . inet_service : verdict
		elements = { 10.96.0.9 . tcp . 80 : goto service-2QSDSCBU-svclab/api/tcp/http }
	}
	chain endpoint-ABC-svclab/api/tcp/http__10.244.1.2/8080 {
		meta l4proto tcp dnat to 10.244.1.2:8080
	}
	chain service-2QSDSCBU-svclab/api/tcp/http {
		ip daddr 10.96.0.9 tcp dport 80 ip saddr != 10.244.0.0/16 jump mark-for-masquerade
		meta l4proto tcp dnat ip to numgen random mod 2 map { 0 : 10.244.1.2 . 8080, 1 : 10.244.2.2 . 8080 }
	}
	chain service-ABCDEFGH-other/api/tcp/http {
		meta l4proto tcp dnat to 10.244.1.7:80
	}
}`,
  change: `add chain ip kube-proxy service-2QSDSCBU-svclab/api/tcp/http
delete rule ip kube-proxy service-2QSDSCBU-svclab/api/tcp/http handle 41
delete rule ip kube-proxy service-2QSDSCBU-svclab/api/tcp/http handle 42
delete set ip kube-proxy __map0
add rule ip kube-proxy service-2QSDSCBU-svclab/api/tcp/http ip daddr 10.96.0.9 tcp dport 80 ip saddr != 10.244.0.0/16 jump mark-for-masquerade
add rule ip kube-proxy service-2QSDSCBU-svclab/api/tcp/http meta l4proto tcp dnat to 10.244.2.2:8080`,
  end: "# new generation 31 by process 812 (nft)",
  emptied: "delete rule ip kube-proxy service-2QSDSCBU-svclab/api/tcp/http handle 44",
};
/** As iptables-save prints it, and xtables-monitor says it of changes. */
const xt = {
  listing: `*nat
:KUBE-SVC-AAA - [0:0]
-A KUBE-SVC-AAA ! -s 10.244.0.0/16 -d 10.96.0.9/32 -p tcp -m comment --comment "svclab/api:http cluster IP" -j KUBE-MARK-MASQ
-A KUBE-SVC-AAA -m comment --comment "svclab/api:http -> 10.244.1.2:8080" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-B
-A KUBE-SVC-AAA -m comment --comment "svclab/api:http -> 10.244.2.2:8080" -j KUBE-SEP-C
-A KUBE-SVC-BBB -m comment --comment "other/api:http -> 10.244.2.2:8080" -j KUBE-SEP-D
COMMIT`,
  change: ` EVENT: -4 -t nat -D KUBE-SVC-AAA -m comment --comment "svclab/api:http -> 10.244.1.2:8080" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-B
 EVENT: -4 -t nat -D KUBE-SVC-AAA -m comment --comment "svclab/api:http -> 10.244.2.2:8080" -j KUBE-SEP-C
 EVENT: -4 -t nat -A KUBE-SVC-AAA -m comment --comment "svclab/api:http -> 10.244.2.2:8080" -j KUBE-SEP-C`,
  end: "NEWGEN: GENID=3 PID=10234 NAME=iptables-nft-re",
  emptied: ` EVENT: -4 -t nat -D KUBE-SVC-AAA -m comment --comment "svclab/api:http -> 10.244.2.2:8080" -j KUBE-SEP-C`,
};
const api = (...endpoints: string[]): RuledPort => ({ service: "api", port: "http", endpoints });
const [first, second] = ["10.244.1.2:8080", "10.244.2.2:8080"];

it("nftables: says so where it does not understand a rule", () => {
  const rules = new RulesOfNode("svclab");
  rules.list(nft.listing);
  assert.equal(rules.notUnderstood, null);
  const chain = "ip kube-proxy service-2QSDSCBU-svclab/api/tcp/http";
  for (const line of [`delete rule ${chain} handle 4`, nft.end]) rules.hear(line);
  assert.equal(rules.notUnderstood, null, "an empty chain leads nowhere");
  for (const line of [`add rule ${chain} jhash ip saddr mod 2 vmap @pods`, nft.end])
    rules.hear(line);
  assert.match(rules.notUnderstood ?? "", /api\/http lead to nobody/);
});

it("nftables: knows the rules of a Service with an affinity, which has a chain for each endpoint", () => {
  const goto = (ip: string) => `goto endpoint-ABC-svclab/api/tcp/http__${ip}/8080`;
  const rules = new RulesOfNode("svclab");
  const listing = `chain service-2QSDSCBU-svclab/api/tcp/http {
    ip saddr @affinity-ABC-svclab/api/tcp/http__10.244.1.2/8080 ${goto("10.244.1.2")}
    numgen random mod 2 vmap { 0 : ${goto("10.244.1.2")}, 1 : ${goto("10.244.2.2")} }
  }`;
  assert.deepEqual(rules.list(listing), [api(first, second)]);
});

for (const [mode, said] of [
  ["nftables", nft],
  ["iptables", xt],
] as const) {
  const heard = (rules: RulesOfNode, text: string) =>
    text.split("\n").flatMap((line) => rules.hear(line));

  it(`${mode}: knows a namespace's rules by a listing`, () => {
    const rules = new RulesOfNode("svclab");
    assert.deepEqual(rules.list(said.listing), [api(first, second)]);
    assert.deepEqual(rules.ports, [api(first, second)]);
    assert.deepEqual(rules.list(said.listing), []);
  });

  it(`${mode}: tells a change once it is whole, and only what has changed`, () => {
    const rules = new RulesOfNode("svclab");
    rules.list(said.listing);
    assert.deepEqual(heard(rules, said.change), []);
    assert.deepEqual(heard(rules, said.end), [api(second)]);
    assert.deepEqual(heard(rules, `${said.change}\n${said.end}`), []);
    assert.deepEqual(heard(rules, `${said.emptied}\n${said.end}`), [api()]);
    assert.deepEqual(rules.ports, []);
  });

  it(`${mode}: believes what it heard, and not a listing that is older`, () => {
    const rules = new RulesOfNode("svclab");
    assert.deepEqual(heard(rules, `${said.change}\n${said.end}`), [api(second)]);
    assert.deepEqual(rules.list(said.listing), []);
    assert.deepEqual(rules.ports, [api(second)]);
  });
}
