import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { kinds } from "@svclab/cluster";
import { appNamespace, nodeContainers, onNode } from "@svclab/kind";
import { claims } from "@svclab/stable-ip";
import { begin, type Ended, svclab } from "./lab/command-line.ts";
import { eventually } from "./lab/eventually.ts";
import { assertBrokenBy, assertNothingProved, takesLong } from "./lab/proof.ts";
import { openTestCluster, testCluster } from "./test-cluster.ts";

test("a control run, which does nothing to the cluster, proves nothing", () =>
  assertNothingProved(claims.map(({ id }) => id)));

/** The first of each claim. All others are made in violations.e2e.test.ts. */
const mistakes = claims.flatMap(({ id, violations: [{ name }] }) =>
  takesLong.has(name) ? [] : [{ id, name }],
);
/** Made with a command of its own: each command looks first whether the application is as it should be. */
const alone = mistakes.shift();
let together: Ended;

test("verify --violation ends 1 where the claim is found broken, with what proves it", () =>
  assertBrokenBy(alone?.id ?? "", alone?.name ?? ""));

test("verify --violations makes each mistake that is named, and ends 0 when all were found", async () => {
  const names = mistakes.map(({ name }) => name).join();
  together = await svclab(["verify", "--violations", names, "--name", testCluster], {
    limitMs: 25 * 60_000,
  });
  assert.equal(together.code, 0, `${together.stderr}\n${together.stdout}`);
  assert.match(
    together.stdout,
    new RegExp(`^${mistakes.length} of ${mistakes.length} mistakes found$`, "m"),
  );
});

for (const { id, name } of mistakes)
  test(`${id} is found broken by ${name}`, () => {
    const found = new RegExp(`^found +${name}, by ${id}$`, "m");
    assert.match(together.stdout, found, together.stderr);
  });

test("a run that is killed while its mistake is in force: the next install takes it back", async () => {
  const mistake = "load-balancer-class-nobody-serves";
  const id = "load-balancer-gets-an-address";
  const killed = begin(["verify", id, "--violation", mistake, "--name", testCluster]);
  await killed.line(/fault recreate-load-balancer/);
  // It was deleted and made again at once; for half a minute the run waits for an address.
  await sleep(3_000);
  killed.kill("SIGKILL", "group");
  await killed.ended;
  const ref = { namespace: appNamespace, name: "web-public" };
  const there = await openTestCluster();
  try {
    const served = async () => {
      const found = await there.cluster.get(kinds.service, ref);
      return (found?.spec as { loadBalancerClass?: string } | undefined)?.loadBalancerClass;
    };
    assert.equal(await served(), "svclab.dev/nobody");
    // What it followed on the nodes ends though nobody told it to.
    for (const { name } of await nodeContainers(there.lab.engine, there.place.cluster))
      await eventually(5_000, async () => {
        const monitors = ["sh", "-c", "pgrep -fc '^nft monitor' || true"];
        assert.equal((await onNode(there.lab.engine, name, monitors)).trim(), "0", name);
      });
    const { code, stderr } = await svclab(["install", "--faults", "--name", testCluster]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /removed after a run that was cut off: service\/web-public/);
    assert.equal(await served(), undefined);
  } finally {
    there.close();
  }
});

for (const [faults, status] of [
  [[], 404],
  [["--faults"], 401],
] as const)
  test(`after an install ${faults.join() || "without --faults"} every api Pod answers ${status} to whoever has no token`, async () => {
    const { code, stderr } = await svclab(["install", ...faults, "--name", testCluster]);
    assert.equal(code, 0, stderr);
    const there = await openTestCluster();
    try {
      const labels = "app.kubernetes.io/name=api";
      const where = { namespace: appNamespace, labels };
      const pods = (await there.cluster.list(kinds.pod, where)).items;
      const living = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      assert.equal(living.length, 3);
      for (const { metadata } of living) {
        const pod = { namespace: appNamespace, name: metadata.name };
        const answer = await there.cluster.askPod(pod, {
          port: 8081,
          method: "GET",
          path: "/faults",
        });
        assert.equal(answer.status, status, metadata.name);
      }
    } finally {
      there.close();
    }
  });
