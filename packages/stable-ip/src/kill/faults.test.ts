import assert from "node:assert/strict";
import { it } from "node:test";
import { type KubeObject, kinds, refOf } from "@svclab/cluster";
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

it("holds one Pod unready for a while, by the switch in its own container", async () => {
  const workload = await SmallWorkload.started();
  await done("hold-unready", workload);
  const said = workload.shell.map(({ argv }) => argv.join(" "));
  assert.equal(said.length, 2);
  // A run that is killed here leaves no Pod unready for good.
  assert.match(said[0] ?? "", /tasks exec .* node .*"ready":false,"forMs":60000/s);
  assert.match(said[1] ?? "", /tasks exec .* node .*"ready":true/s);
  assert.equal(workload.world.readyPods.length, 3);
  assert.deepEqual(await workload.removals.runAll(), []);
  assert.equal(workload.shell.length, 2);
});

it("takes the label off one Pod, lets it live on for a while, and then deletes it", async () => {
  const workload = await SmallWorkload.started();
  const [pod] = workload.world.readyPods;
  let labels: unknown;
  workload.cluster.onChange((change, { metadata }) => {
    if (change === "MODIFIED" && metadata.uid === pod?.podUid) labels = metadata.labels;
  });
  await done("relabel-one", workload);
  const at = (kind: string) => workload.events.find((event) => event.kind === kind)?.atMs ?? 0;
  assert.deepEqual(
    workload.events.filter(({ kind }) => kind === "pod-relabelled"),
    [
      {
        ...{ kind: "pod-relabelled", podUid: pod?.podUid, podIp: pod?.ip },
        ...{ from: "watch", atMs: at("pod-relabelled") },
      },
    ],
  );
  // By this an install finds it, where the run was killed meanwhile.
  assert.deepEqual(labels, { "svclab.dev/violation": "relabelled" });
  assert.ok(at("pod-gone") - at("pod-relabelled") >= 4_000);
  assert.deepEqual(
    workload.cluster.removals.map(({ removal }) => removal),
    [{ uid: pod?.podUid, graceSeconds: 1 }],
  );
  assert.equal(workload.world.readyPods.length, 3);
  assert.deepEqual(await workload.removals.runAll(), []);
  assert.equal(workload.cluster.removals.length, 1);
});

it("deletes the Pod without its label when it was cut off meanwhile", async () => {
  const workload = await SmallWorkload.started();
  const [pod] = workload.world.readyPods;
  workload.world.onChange(() => {
    if (workload.events.some(({ kind }) => kind === "pod-relabelled"))
      workload.stop.abort(new Error("Ctrl-C"));
  });
  await assert.rejects(done("relabel-one", workload), /Ctrl-C/);
  assert.deepEqual(await workload.removals.runAll(), []);
  assert.equal(workload.cluster.removals[0]?.removal.uid, pod?.podUid);
});

it("leaves a Pod alone whose label it may not take off", async () => {
  const workload = await SmallWorkload.started();
  workload.cluster.patch = async () => {
    throw new Error("forbidden");
  };
  await assert.rejects(done("relabel-one", workload), /forbidden/);
  assert.deepEqual(await workload.removals.runAll(), []);
  assert.deepEqual(workload.cluster.removals, []);
});

/** Plays the load balancer's controller, and makes the Service that it serves. */
async function balanced(controller: "serves" | "is away") {
  const workload = await SmallWorkload.started();
  const { cluster } = workload;
  const spec = { type: "LoadBalancer", clusterIP: "10.96.0.9", ports: [{ port: 80 }] };
  const metadata = { namespace: "svclab", name: "web-public" };
  const status = { loadBalancer: { ingress: [{ ip: "192.0.2.80" }] } };
  cluster.onChange((change, object) => {
    if (controller === "serves" && change === "ADDED" && object.kind === "Service")
      setImmediate(() => void cluster.patch(refOf(object), "merge", { status }));
  });
  const old = await cluster.create({ ...kinds.service, metadata, spec, status } as KubeObject);
  const look = () => cluster.get(kinds.service, metadata);
  return { workload, old, look };
}

it("makes the load balancer's Service again, waits for its address, and leaves it", async () => {
  const { workload, old, look } = await balanced("serves");
  await done("recreate-load-balancer", workload);
  const now = await look();
  assert.notEqual(now?.metadata.uid, old.metadata.uid);
  assert.equal(now?.status?.loadBalancer?.ingress?.[0]?.ip, "192.0.2.80");
  assert.deepEqual(await workload.removals.runAll(), []);
  assert.equal((await look())?.metadata.uid, now?.metadata.uid);
});

it("leaves the load balancer once it has answered often enough, and after 11 s at most", async () => {
  const tookMs = async (answersEach: number) => {
    const { workload } = await balanced("serves");
    const { clock } = workload;
    const beganMs = clock.nowMs();
    const hands = workload.hands();
    const answers = () => answersEach * Math.floor((clock.nowMs() - beganMs) / 100);
    await cause("recreate-load-balancer", { ...hands, answers }, load, null);
    return clock.nowMs() - beganMs;
  };
  const [served, silent] = [await tookMs(1), await tookMs(0)];
  assert.ok(served >= 2_500 && served < 6_000, `${served} ms`);
  assert.ok(silent >= 11_000 && silent < 16_000, `${silent} ms`);
});

it("waits for an address no longer than past its time, and leaves the verdict to the judge", async () => {
  const { workload, look } = await balanced("is away");
  const beganMs = workload.clock.nowMs();
  await done("recreate-load-balancer", workload);
  const tookMs = workload.clock.nowMs() - beganMs;
  assert.ok(tookMs > 30_500 && tookMs < 40_000, `${tookMs} ms`);
  assert.equal((await look())?.status?.loadBalancer?.ingress, undefined);
  assert.ok(workload.deeds().includes("fault-ended recreate-load-balancer"));
});

it("makes the former Service again when it was cut off between the two", async () => {
  const { workload, look } = await balanced("serves");
  workload.cluster.onChange((change, object) => {
    if (change === "DELETED" && object.kind === "Service") workload.stop.abort(new Error("Ctrl-C"));
  });
  await assert.rejects(done("recreate-load-balancer", workload), /Ctrl-C/);
  assert.equal(await look(), null);
  assert.deepEqual(await workload.removals.runAll(), []);
  assert.notEqual(await look(), null);
});

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

it("deletes one Pod more where a recorder stood still, and no more than two", async () => {
  const workload = await SmallWorkload.started();
  const kills = () => workload.deeds().filter((deed) => deed.startsWith("graceful"));
  workload.world.onChange(() => {
    if (kills().length === 1) workload.stalls = 1;
  });
  await done("delete-each", workload);
  assert.equal(kills().length, 4);
  assert.equal(new Set(kills()).size, 4);
  workload.world.onChange(() => {
    workload.stalls += 1;
  });
  await done("delete-each", workload);
  assert.equal(kills().length, 4 + 5);
});

it("kills one container more where a recorder stood still", async () => {
  const workload = await SmallWorkload.started();
  workload.world.onChange(() => {
    if (workload.shell.length === 3) workload.stalls = 1;
  });
  await done("sigkill-each", workload);
  assert.equal(workload.shell.length, 4);
  const killed = workload.deeds().filter((deed) => deed.startsWith("sigkill "));
  assert.equal(killed.at(-1), killed.at(-2), "the one at whose kill it stood still");
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

it("deletes without a grace period where that is the mistake to be made", async () => {
  const workload = await SmallWorkload.started();
  const how = { fault: "force-delete-instead" } as const;
  await done("delete-each", workload, { name: how.fault, how, text: "" });
  const kills = workload.deeds().filter((deed) => /^(force|graceful) /.test(deed));
  assert.equal(kills.length, 3);
  assert.ok(kills.every((deed) => deed.startsWith("force")));
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

it("deletes many Pods in turn, the one that is there longest first", async () => {
  const workload = await SmallWorkload.started();
  await done("delete-many", workload);
  const killed = workload.events.flatMap((event) =>
    event.kind === "pod-kill-sent" ? [[event.podUid, event.how]] : [],
  );
  assert.equal(killed.length, 20);
  assert.equal(new Set(killed.map(([podUid]) => podUid)).size, 20);
  assert.ok(killed.every(([, how]) => how === "graceful"));
  assert.equal(workload.world.readyPods.length, 3);
});

it("deletes a few where a mistake is to show", async () => {
  const workload = await SmallWorkload.started();
  const how = { variant: "no-pre-stop" } as const;
  await done("delete-many", workload, { name: how.variant, how, text: "" });
  assert.equal(workload.events.filter(({ kind }) => kind === "pod-kill-sent").length, 5);
});
