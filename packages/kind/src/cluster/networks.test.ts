import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseNetworks, overlap, routedNetworks } from "./networks.ts";

const overlaps: readonly [string, string, string, boolean][] = [
  ["a network overlaps itself", "10.244.0.0/16", "10.244.0.0/16", true],
  ["a wider one covers a narrower one", "10.0.0.0/8", "10.96.0.0/16", true],
  ["a host inside is an overlap", "10.96.0.7", "10.96.0.0/16", true],
  ["neighbours share nothing", "10.95.0.0/16", "10.96.0.0/16", false],
  [
    "the upper half of the address space is no negative number",
    "198.18.0.0/15",
    "198.19.0.0/16",
    true,
  ],
  ["a default route is everyone's", "0.0.0.0/0", "10.96.0.0/16", false],
];
for (const [sentence, a, b, expected] of overlaps)
  test(sentence, () => {
    assert.equal(overlap(a, b), expected);
    assert.equal(overlap(b, a), expected);
  });

const choices: readonly [string, string[], string | undefined][] = [
  ["kubeadm's own networks are taken where they are free", ["192.168.1.0/24"], "10.244.0.0/16"],
  ["a company network over 10.96 moves both", ["10.96.0.0/12"], "172.30.0.0/16"],
  ["a routed Pod network moves both", ["10.244.3.0/24"], "10.245.0.0/16"],
  [
    "no free pair is said, not guessed",
    ["10.0.0.0/8", "172.16.0.0/12", "198.18.0.0/15"],
    undefined,
  ],
];
for (const [sentence, routed, pods] of choices)
  test(sentence, () => assert.equal(chooseNetworks(routed)?.pods, pods));

test("our own unreachable routes are no reason to move", () => {
  const routes = JSON.stringify([
    { dst: "default", gateway: "192.0.2.1" },
    { type: "unreachable", dst: "10.244.0.0/16" },
    { type: "broadcast", dst: "192.0.2.255" },
    { dst: "192.0.2.0/24" },
  ]);
  assert.deepEqual(routedNetworks(routes), ["192.0.2.0/24"]);
});
