import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutForward } from "./seal-dns.ts";

const rows: readonly [string, string, string][] = [
  [
    "kubeadm's braced forward goes, its neighbours stay",
    ".:53 {\n    ready\n    forward . /etc/resolv.conf {\n       max_concurrent 1000\n    }\n    cache 30\n}\n",
    ".:53 {\n    ready\n    cache 30\n}\n",
  ],
  [
    "a forward on one line goes",
    ".:53 {\n    forward . 192.0.2.1\n    loop\n}\n",
    ".:53 {\n    loop\n}\n",
  ],
  ["a Corefile without one is left alone", ".:53 {\n    loop\n}\n", ".:53 {\n    loop\n}\n"],
];
for (const [sentence, before, after] of rows)
  test(sentence, () => assert.equal(withoutForward(before), after));
