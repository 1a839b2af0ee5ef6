import assert from "node:assert/strict";
import { test } from "node:test";
import { capabilitiesIn, distroIn, hardLimit, onPath, readHost } from "./host.ts";

const limits = `Limit                     Soft Limit           Hard Limit           Units
Max processes             unlimited            unlimited            processes
Max open files            1024                 20000                files
`;

test("a hard limit is read, not the soft one", () => {
  assert.equal(hardLimit(limits, "Max open files"), 20_000);
});

test("unlimited and a missing file are no limit", () => {
  assert.equal(hardLimit(limits, "Max processes"), Number.POSITIVE_INFINITY);
  assert.equal(hardLimit("", "Max open files"), Number.POSITIVE_INFINITY);
});

const distros: [string, string, string[]][] = [
  ["Debian", 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\nVERSION_ID="12"', ["debian"]],
  ["Ubuntu is like Debian", "ID=ubuntu\nID_LIKE=debian\n", ["ubuntu", "debian"]],
  [
    "Rocky is like two",
    'ID="rocky"\nID_LIKE="rhel centos fedora"',
    ["rocky", "rhel", "centos", "fedora"],
  ],
  ["no os-release at all", "", []],
];
for (const [sentence, text, wanted] of distros) {
  test(`os-release: ${sentence}`, () => assert.deepEqual(distroIn(text), wanted));
}

test("capabilities are the effective ones", () => {
  assert.equal(capabilitiesIn("CapPrm:\tff\nCapEff:\t000001fffeffffff\n"), 0x1fffeffffffn);
  assert.equal(capabilitiesIn(""), 0n);
});

test("this host can be read", async () => {
  const host = await readHost();
  assert.equal(host.os, process.platform);
  assert.ok(host.limits.nofile > 0);
});

test("a program is found where a shell finds it", async () => {
  assert.match((await onPath("node")) ?? "", /node$/);
  assert.equal(await onPath("no-such-program"), null);
  assert.equal(await onPath("node", ""), null);
});
