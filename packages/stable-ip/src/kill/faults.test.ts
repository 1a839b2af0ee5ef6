import assert from "node:assert/strict";
import { it } from "node:test";
import type { FaultKind } from "@svclab/contracts";
import type { Violation } from "../claim.ts";
import { cause } from "./faults.ts";
import { killPod } from "./kill-pod.ts";
import { SmallWorkload } from "./small-workload.ts";
import type { Load } from "./spread.ts";

/** Not looked at by any fault but the spread. */
const load = {} as Load;

const done = async (
  fault: FaultKind,
  workload: SmallWorkload,
  violation: Violation | null = null,
) => cause(fault, workload.hands(), load, violation);

it("deletes each Pod once, the next when the one before has gone and is replaced", async () => {
  const workload = await SmallWorkload.started();
  const before = workload.world.pods;
  await done("delete-each", workload);
  const expected = before.flatMap(({ podUid }) => [`graceful ${podUid}`, `gone ${podUid}`]);
  const wrapped = ["fault-began delete-each", ...expected, "fault-ended delete-each"];
  assert.deepEqual(workload.deeds().toSorted(), wrapped.toSorted());
  assert.deepEqual(
    workload.cluster.removals.map(({ removal }) => removal),
    before.map(({ podUid }) => ({ uid: podUid })),
  );
  assert.equal(workload.world.readyPods.length, 3);
});

it("writes with each kill which Pod it was, where, and at what address", async () => {
  const workload = await SmallWorkload.started();
  const [pod] = workload.world.pods;
  assert.ok(pod);
  await killPod(workload.hands(), pod, "force");
  const kill = workload.events.find((event) => event.kind === "pod-kill-sent");
  const { podUid, ip, node } = pod;
  assert.deepEqual(kill, {
    atMs: kill?.atMs,
    from: "watch",
    kind: "pod-kill-sent",
    podUid,
    podIp: ip,
    node,
    how: "force",
  });
  assert.equal(workload.cluster.removals[0]?.removal.graceSeconds, 0);
});

it("writes no kill that was not accepted", async () => {
  const workload = await SmallWorkload.started();
  const [pod] = workload.world.pods;
  assert.ok(pod);
  await assert.rejects(killPod(workload.hands(), { ...pod, podUid: "another" }, "graceful"));
  assert.deepEqual(workload.deeds(), []);
});

it("kills each container on its own node, and waits for the one that takes its place", async () => {
  const workload = await SmallWorkload.started();
  const before = workload.world.pods;
  await done("sigkill-each", workload);
  assert.deepEqual(
    workload.shell,
    before.map(({ node, containerId }) => ({
      node,
      argv: ["ctr", "-n", "k8s.io", "tasks", "kill", "-s", "SIGKILL", containerId?.slice(13)],
    })),
  );
  assert.deepEqual(
    workload.world.pods.map((pod) => [pod.podUid, pod.containerId, pod.ready]),
    before.map((pod) => [pod.podUid, `${pod.containerId}-again`, true]),
  );
});

it("scales to 0 and back, and leaves nothing to undo", async () => {
  const workload = await SmallWorkload.started();
  await done("scale-to-zero", workload);
  assert.deepEqual(
    workload.deeds().filter((deed) => deed.startsWith("scale")),
    ["scale 0", "scale 3"],
  );
  const seen = workload.events.flatMap((event) =>
    event.kind === "pods-seen" ? [event.pods.length] : [],
  );
  assert.ok(seen.includes(0));
  assert.equal(workload.world.readyPods.length, 3);
  assert.deepEqual(await workload.removals.runAll(), []);
  assert.equal(workload.deeds().filter((deed) => deed.startsWith("scale")).length, 2);
});

it("scales back by its removal when it was cut off at 0", async () => {
  const workload = await SmallWorkload.started();
  workload.world.onChange(() => {
    if (workload.world.pods.length === 0) workload.stop.abort(new Error("Ctrl-C"));
  });
  await assert.rejects(done("scale-to-zero", workload), /Ctrl-C/);
  await workload.removals.runAll();
  const { cluster } = workload;
  const ref = { namespace: "svclab", name: "api" };
  const now = await cluster.get<never>({ apiVersion: "apps/v1", kind: "Deployment" }, ref);
  assert.equal((now as unknown as { spec: { replicas: number } }).spec.replicas, 3);
});

it("rolls out until no Pod is left of those before", async () => {
  const workload = await SmallWorkload.started();
  const before = new Set(workload.world.pods.map((pod) => pod.podUid));
  await done("roll-out", workload);
  assert.ok(workload.world.readyPods.every((pod) => !before.has(pod.podUid)));
  assert.equal(workload.world.readyPods.length, 3);
  assert.ok(workload.deeds().includes("roll-out-sent"));
});

it("says the last thing it saw when a wait runs out, and does not call the fault ended", async () => {
  const workload = await SmallWorkload.started();
  workload.well = false;
  await assert.rejects(done("delete-each", workload), {
    code: "wait-ran-out",
    expected: /its replacement to be ready within 90 s/,
    found: /api-\d ready, api-\d ready, api-4 not ready/,
  });
  assert.ok(!workload.deeds().includes("fault-ended delete-each"));
});

it("kills containers in the place of Pods where that is the mistake to be made", async () => {
  const workload = await SmallWorkload.started();
  const before = workload.world.pods.map((pod) => pod.podUid);
  const how = { fault: "kill-container-instead" } as const;
  await done("delete-each", workload, { name: how.fault, how, text: "" });
  assert.deepEqual(workload.deeds(), [
    "fault-began delete-each",
    ...before.map((uid) => `sigkill ${uid}`),
    "fault-ended delete-each",
  ]);
  assert.deepEqual(
    workload.world.pods.map((pod) => pod.podUid),
    before,
  );
});
