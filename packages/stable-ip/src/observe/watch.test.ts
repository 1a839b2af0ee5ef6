import assert from "node:assert/strict";
import { it } from "node:test";
import { type KubeObject, refOf } from "@svclab/cluster";
import { FakeCluster } from "@svclab/cluster/testing";
import type { Event } from "@svclab/contracts";
import { patientClock } from "./patient-clock.ts";
import { watch } from "./watch.ts";
import { World } from "./world.ts";

const namespace = "svclab";
const object = (apiVersion: string, kind: string, name: string, more: object = {}): KubeObject => ({
  apiVersion,
  kind,
  metadata: { namespace, name },
  ...more,
});
const ownedBy = (owner: KubeObject, made: KubeObject): KubeObject => ({
  ...made,
  metadata: {
    ...made.metadata,
    ownerReferences: [{ kind: owner.kind, uid: `${owner.metadata.uid}` }],
  },
});

/** A Deployment with one ReplicaSet and one ready Pod, watched from before they are made. */
async function watched() {
  const cluster = new FakeCluster();
  const events: Event[] = [];
  const clock = patientClock();
  const stop = new AbortController();
  const world = new World();
  const deployment = await cluster.create(object("apps/v1", "Deployment", "api"));
  const running = watch({
    ...{ cluster, namespace, world, clock },
    workloadUid: `${deployment.metadata.uid}`,
    record: (fact, atMs = clock.nowMs()) => events.push({ atMs, from: "watch", ...fact } as Event),
    signal: stop.signal,
  });
  await settle();
  const replicaSet = await cluster.create(
    ownedBy(deployment, object("apps/v1", "ReplicaSet", "api-1")),
  );
  const status = {
    podIP: "10.244.1.2",
    conditions: [{ type: "Ready", status: "True" }],
    containerStatuses: [{ name: "api", ready: true, containerID: "containerd://one" }],
  };
  const pod = await cluster.create(
    ownedBy(replicaSet, object("v1", "Pod", "api-1-a", { spec: { nodeName: "worker" }, status })),
  );
  const of = <K extends Event["kind"]>(kind: K) =>
    events.filter((event): event is Extract<Event, { kind: K }> => event.kind === kind);
  return { cluster, events, of, world, running, stop, replicaSet, pod };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

it("sees the Pods that the Deployment owns, whatever their labels, and no others", async () => {
  const { cluster, of, pod } = await watched();
  const labels = { "app.kubernetes.io/name": "api" };
  const stray = object("v1", "Pod", "stray", { spec: {} });
  await cluster.create({ ...stray, metadata: { ...stray.metadata, labels } });
  assert.deepEqual(of("pods-seen").at(-1)?.pods, [
    {
      podUid: pod.metadata.uid,
      name: "api-1-a",
      ip: "10.244.1.2",
      node: "worker",
      ready: true,
      terminating: false,
      containerId: "containerd://one",
    },
  ]);
});

it("writes Pods down each time one changed in what a judge reads, and only then", async () => {
  const { cluster, of, pod } = await watched();
  const seen = of("pods-seen").length;
  await cluster.patch(refOf(pod), "merge", { metadata: { annotations: { a: "b" } } });
  assert.equal(of("pods-seen").length, seen);
  await cluster.patch(refOf(pod), "merge", {
    metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" },
  });
  assert.equal(of("pods-seen").at(-1)?.pods[0]?.terminating, true);
});

it("sees a Pod whose ReplicaSet it hears of later", async () => {
  const { cluster, of, replicaSet, pod } = await watched();
  cluster.vanish(refOf(replicaSet));
  assert.equal(of("pods-seen").at(-1)?.pods[0]?.podUid, pod.metadata.uid);
});

it("sees that the workload let a Pod go, and that it went, at two times", async () => {
  const { cluster, of, pod } = await watched();
  await cluster.patch(refOf(pod), "merge", { metadata: { ownerReferences: null } });
  assert.deepEqual(of("pods-seen").at(-1)?.pods, []);
  assert.deepEqual(of("pod-gone"), []);
  cluster.vanish(refOf(pod));
  assert.equal(of("pod-gone")[0]?.podUid, pod.metadata.uid);
});

it("sees a Pod go", async () => {
  const { cluster, of, pod, world } = await watched();
  cluster.vanish(refOf(pod));
  assert.deepEqual(of("pods-seen").at(-1)?.pods, []);
  assert.deepEqual(
    of("pod-gone").map((event) => event.podUid),
    [pod.metadata.uid],
  );
  assert.equal(world.gone.at(-1)?.ip, "10.244.1.2");
});

it("sees that a Pod went while the watch was broken, and that it saw nothing meanwhile", async () => {
  const { cluster, of, pod } = await watched();
  cluster.endWatches(new Error("connection reset"));
  cluster.vanish(refOf(pod));
  cluster.compact();
  await settle();
  await settle();
  assert.equal(of("pod-gone").length, 1);
  assert.match(of("blind")[0]?.why ?? "", /connection reset/);
});

it("tells the endpoints of a Service from all its slices, and what is left out means ready", async () => {
  const { cluster, of } = await watched();
  const slice = (name: string, endpoints: readonly object[] | null): KubeObject => {
    const made = object("discovery.k8s.io/v1", "EndpointSlice", name, { endpoints });
    return {
      ...made,
      metadata: { ...made.metadata, labels: { "kubernetes.io/service-name": "api" } },
    };
  };
  const whole = { addresses: ["10.0.0.1"], nodeName: "n", targetRef: { uid: "a" } };
  const ending = { ready: false, serving: true, terminating: true };
  await cluster.create(slice("one", [whole]));
  await cluster.create(slice("two", [{ addresses: ["10.0.0.2"], conditions: ending }]));
  const [first, second] = of("endpoints-seen").at(-1)?.endpoints ?? [];
  const plain = { ready: true, serving: true, terminating: false };
  assert.deepEqual(first, { podUid: "a", ip: "10.0.0.1", node: "n", ...plain });
  assert.deepEqual(second, { podUid: "", ip: "10.0.0.2", node: null, ...ending });
  await cluster.apply(slice("one", null));
  cluster.vanish(refOf(slice("two", null)));
  assert.deepEqual(of("endpoints-seen").at(-1), {
    ...of("endpoints-seen").at(-1),
    service: "api",
    endpoints: [],
  });
});

it("tells a Service's address, its load balancer's, and its end", async () => {
  const { cluster, of } = await watched();
  const service = object("v1", "Service", "web-public", { spec: { clusterIP: "10.96.0.7" } });
  const { metadata } = await cluster.create(service);
  const ingress = [{ ip: "172.18.0.9" }];
  await cluster.patch(refOf(service), "merge", { status: { loadBalancer: { ingress } } });
  cluster.vanish(refOf(service));
  const told = of("service-seen").map(({ uid, clusterIP, loadBalancer, deleted }) => ({
    uid,
    clusterIP,
    loadBalancer,
    deleted,
  }));
  const known = { uid: metadata.uid, clusterIP: "10.96.0.7" };
  assert.deepEqual(told, [
    { ...known, loadBalancer: [], deleted: false },
    { ...known, loadBalancer: ["172.18.0.9"], deleted: false },
    { ...known, loadBalancer: ["172.18.0.9"], deleted: true },
  ]);
});

it("ends with the signal", async () => {
  const { running, stop } = await watched();
  stop.abort();
  await running;
});
