import assert from "node:assert/strict";
import { it } from "node:test";
import { type KubeObject, kinds, refOf } from "@svclab/cluster";
import { FakeCluster } from "@svclab/cluster/testing";
import { Removals } from "../removals.ts";
import { type PodTemplate, readCheckerPod, startCheckerPod } from "./checker-pod.ts";
import { patientClock } from "./patient-clock.ts";

const namespace = "svclab-checker";
const template: PodTemplate = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "prober", namespace },
  spec: { containers: [{ name: "prober", env: [{ name: "A", value: "1" }] }] },
};
const wanted = { template, name: "prober-worker", node: "worker", env: { B: "2" } };

/** A kubelet that gives each new Pod's container this state. */
function prepared(state: object) {
  const cluster = new FakeCluster();
  cluster.onChange((change, object) => {
    if (change === "ADDED") void setState(cluster, object, "Pending", state);
  });
  const { signal } = new AbortController();
  return { cluster, clock: patientClock(), signal, removals: new Removals() };
}

async function setState(cluster: FakeCluster, pod: KubeObject, phase: string, state: object) {
  const ready = "running" in state;
  const status = { phase, containerStatuses: [{ name: "prober", ready, state }] };
  await cluster.patch(refOf(pod), "merge", { status });
}

it("starts a Pod on its node, with its variables, and takes it away again", async () => {
  const starting = prepared({ running: {} });
  const name = await startCheckerPod(wanted, starting);
  const pod = (await starting.cluster.get(kinds.pod, name)) as unknown as PodTemplate;
  assert.deepEqual(pod.spec, {
    nodeName: "worker",
    containers: [
      {
        name: "prober",
        env: [
          { name: "A", value: "1" },
          { name: "B", value: "2" },
        ],
      },
    ],
  });
  assert.deepEqual(await starting.removals.runAll(), []);
  assert.equal(await starting.cluster.get(kinds.pod, name), null);
});

it("puts away first what an earlier run left behind", async () => {
  const starting = prepared({ running: {} });
  const left = await starting.cluster.create({
    ...template,
    metadata: { namespace, name: wanted.name },
  });
  const name = await startCheckerPod(wanted, starting);
  const pod = await starting.cluster.get(kinds.pod, name);
  assert.notEqual(pod?.metadata.uid, left.metadata.uid);
});

it("says why a Pod does not start, and takes it away all the same", async () => {
  const waiting = { reason: "ErrImageNeverPull", message: "not on the node" };
  const starting = prepared({ waiting });
  await assert.rejects(startCheckerPod(wanted, starting), {
    code: "wait-ran-out",
    found: "phase Pending: ErrImageNeverPull not on the node",
  });
  await starting.removals.runAll();
  assert.equal((await starting.cluster.list(kinds.pod, { namespace })).items.length, 0);
});

it("reads a log until the container has ended, what it wrote last included", async () => {
  const starting = prepared({ running: {} });
  const { cluster } = starting;
  const name = await startCheckerPod(wanted, starting);
  const pod = (await cluster.get(kinds.pod, name)) as KubeObject;
  await setState(cluster, pod, "Running", { running: {} });
  let stream = 0;
  cluster.pods = {
    answer: () => ({ status: 404, body: "" }),
    log: async (_, __, onLine) => {
      onLine("1", "first");
      if (stream++ > 0) return onLine("2", "last");
      await setState(cluster, pod, "Succeeded", { terminated: { exitCode: 0 } });
    },
  };
  const lines: string[] = [];
  await readCheckerPod(name, (line) => lines.push(line), starting);
  assert.deepEqual(lines, ["first", "last"]);
});
