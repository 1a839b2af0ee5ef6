import assert from "node:assert/strict";
import { test } from "node:test";
import { versionIn } from "./true-version.ts";

const rows: [string, string, string | undefined][] = [
  ["kubelet", "Kubernetes v1.37.0\n", "1.37.0"],
  ["Envoy, after a commit", "\nenvoy  version: 6ba1/1.39.3/Clean/RELEASE/BoringSSL\n", "1.39.3"],
  ["Node.js", "v24.21.0\n", "24.21.0"],
  ["k6, before Go's own", "k6 v1.8.1 (go1.26.8, linux/amd64)\n", "1.8.1"],
  ["a program that does not run", "", undefined],
];
for (const [sentence, said, version] of rows)
  test(`the version of ${sentence}`, () => assert.equal(versionIn(said), version));
