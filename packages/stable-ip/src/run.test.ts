import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it, type TestContext } from "node:test";
import { type KubeObject, kinds, type LogLine, type PodName, refOf } from "@svclab/cluster";
import { Event, ProberPlan } from "@svclab/contracts";
import { claims } from "./claims/index.ts";
import { SmallWorkload } from "./kill/small-workload.ts";
import { type RunRequest, run } from "./run.ts";

const root = new URL("../../../", import.meta.url).pathname;
const survives = claims.filter((claim) => claim.id === "cluster-ip-survives-pod-kill");

/** Plays the kubelet of our own Pods, and the probers in them: every Pod they are told of answers. */
async function lab(t: TestContext) {
  const workload = await SmallWorkload.started();
  const { cluster, clock, world } = workload;
  const runDir = await mkdtemp(join(tmpdir(), "run-"));
  t.after(() => rm(runDir, { recursive: true }));
  for (const name of [
    "api",
    "api-direct",
    "web-node",
    "web-public",
    "web-local",
    "web-sticky",
    "web-sticky-briefly",
    "web-versions",
  ]) {
    await cluster.create(service("svclab", name));
  }
  await cluster.create(service("kube-system", "kube-dns"));
  for (const kind of [kinds.ingress, kinds.gateway]) {
    await cluster.create({ ...kind, metadata: { namespace: "svclab", name: "web" } });
  }
  for (const name of ["control-plane", "worker0", "worker1"]) {
    const labels = name === "control-plane" ? { "node-role.kubernetes.io/control-plane": "" } : {};
    await cluster.create({ apiVersion: "v1", kind: "Node", metadata: { name, labels } });
  }
  cluster.onChange((change, object) => {
    if (change !== "ADDED" || object.metadata.namespace !== "svclab-checker") return;
    if (object.kind === "Pod") void setState(object, "Running", { running: {} });
  });
  const setState = (pod: KubeObject, phase: string, state: object) => {
    const containerStatuses = [{ name: "prober", ready: true, state }];
    return cluster.patch(refOf(pod), "merge", { status: { phase, containerStatuses } });
  };
  const orders: { path: string; targets: string[]; atMs: number }[] = [];
  const lines = new Map<string, LogLine>();
  const ends = new Map<string, () => void>();
  const ended = new Set<string>();
  const planOf = async (name: PodName) => {
    const pod = (await cluster.get(kinds.pod, name)) as unknown as {
      spec: { containers: { env: { value: string }[] }[] };
    };
    return ProberPlan.parse(JSON.parse(pod.spec.containers[0]?.env[0]?.value ?? ""));
  };
  cluster.pods = {
    log: (pod, _wish, onLine, signal) =>
      new Promise((resolve, reject) => {
        lines.set(pod.name, onLine);
        ends.set(pod.name, resolve);
        // Read to its end once more, now that the container has ended.
        if (ended.has(pod.name)) resolve();
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
    answer: async (name, request) => {
      const { recorder } = await planOf(name);
      if (request.path === "/clock")
        return { status: 200, body: JSON.stringify({ nowMs: clock.nowMs() }) };
      if (request.path === "/stop") {
        const pod = await cluster.get(kinds.pod, name);
        if (pod !== null) await setState(pod, "Succeeded", { terminated: { exitCode: 0 } });
        ended.add(name.name);
        setImmediate(() => ends.get(name.name)?.());
        return { status: 202, body: "" };
      }
      const { path, targets } = request.body as { path: string; targets: string[] };
      orders.push({ path, targets, atMs: clock.nowMs() });
      const answer = () => answers(name, recorder, path, targets);
      answer();
      // A prober goes on, and so is heard by whoever begins to read it later.
      setImmediate(answer);
      return { status: 204, body: "" };
    },
  };
  const answers = (name: PodName, from: string, path: string, targets: readonly string[]) => {
    for (const target of targets) {
      const atMs = clock.nowMs();
      const times = { atMs, scheduledMs: atMs, sentMs: atMs, tookMs: 1 };
      const podUid = world.pods.find((pod) => pod.ip === target)?.podUid ?? "";
      const event = { kind: "answered", from, path, target, ...times, podUid, status: 200 };
      lines.get(name.name)?.("0", JSON.stringify({ ...event, connection: 1 }));
    }
  };
  const said: string[] = [];
  const request: RunRequest = {
    ...{ cluster, nodeShell: workload.hands().nodeShell, runDir, claims: survives, clock },
    manifests: join(root, "k8s"),
    loadScript: join(root, "tests/load/spread.ts"),
    hostProber: [],
    podProgram: null,
    nodeFollow: null,
    commit: "0000000",
    parts: {},
    images: {},
    nodesReachable: true,
    say: (line) => said.push(line),
    signal: workload.stop.signal,
  };
  const history = async () =>
    (await readFile(join(runDir, "history.jsonl"), "utf8"))
      .trimEnd()
      .split("\n")
      .map((line) => Event.parse(JSON.parse(line)));
  return { workload, request, said, history, orders };
}

function service(namespace: string, name: string): KubeObject {
  const metrics = { name: "metrics", port: 9100 };
  const ports = [{ name: "http", port: 80, nodePort: 30080 }, metrics];
  const spec = { clusterIP: "10.96.0.9", ports };
  return { apiVersion: "v1", kind: "Service", metadata: { namespace, name }, spec } as KubeObject;
}

const steps = new Set([
  "run-began",
  "steady",
  "violation-applied",
  "fault-began",
  "fault-ended",
  "run-ended",
]);
const order = (events: readonly Event[]) =>
  events
    .filter((event) => steps.has(event.kind))
    .map((event) => ("fault" in event ? `${event.kind} ${event.fault}` : event.kind));

async function ourPods({ cluster }: SmallWorkload): Promise<number> {
  return (await cluster.list(kinds.pod, { namespace: "svclab-checker" })).items.length;
}

it("runs its steps in order, judges what it wrote, and leaves none of its Pods", async (t) => {
  const { workload, request, history } = await lab(t);
  const { report, stopped } = await run(request);
  assert.equal(stopped, null);
  const each = (fault: string) => [`fault-began ${fault}`, `fault-ended ${fault}`];
  const faults = ["sigkill-each", "delete-each", "scale-to-zero", "roll-out"].flatMap(each);
  assert.deepEqual(order(await history()), ["run-began", "steady", ...faults, "run-ended"]);
  assert.deepEqual(
    report.claims.map((one) => [one.id, one.verdict.outcome]),
    [[survives[0]?.id, "holds"]],
  );
  assert.equal(await ourPods(workload), 0);
});

it("asks what one fault is about from before it began until after it ended", async (t) => {
  const { request, history, orders } = await lab(t);
  const ports = claims.filter(({ id }) => id === "multi-port-needs-names");
  await run({ ...request, claims: ports, nodesReachable: false });
  const events = await history();
  const at = (kind: string) => events.find((event) => event.kind === kind)?.atMs ?? Number.NaN;
  const told = orders.filter(({ path }) => path === "metrics-port/new@worker0");
  const targets = told.map((one) => one.targets);
  assert.deepEqual(targets, [["10.96.0.9"], []]);
  const [on, off] = told.map(({ atMs }) => atMs);
  assert.ok((on ?? Number.NaN) < at("fault-began") && (off ?? Number.NaN) > at("fault-ended"));
  const tried = events.flatMap((event) => (event.kind === "creation-tried" ? [event.what] : []));
  assert.deepEqual(tried, ["service-with-named-ports", "service-with-nameless-ports"]);
});

it("waits until an Ingress that it asks has an address", async (t) => {
  const { request } = await lab(t);
  const routes = claims.filter(({ id }) => id === "ingress-routes-by-host-and-path");
  await assert.rejects(run({ ...request, claims: routes }), {
    code: "wait-ran-out",
    found: "one has none",
  });
});

it("breaks the claim by its violation, and puts the Service back", async (t) => {
  const { workload, request, history } = await lab(t);
  const violation = survives[0]?.violations[1];
  assert.ok(violation);
  const { report } = await run({ ...request, violation });
  assert.equal(report.outcome, "broken");
  assert.deepEqual(order(await history()).slice(0, 3), [
    "run-began",
    "steady",
    "violation-applied",
  ]);
  const api = await workload.cluster.get(kinds.service, { namespace: "svclab", name: "api" });
  assert.equal(api?.spec.clusterIP, "10.96.0.9");
});

it("does nothing in a control run, and proves nothing by it", async (t) => {
  const { workload, request, history } = await lab(t);
  const { report } = await run({ ...request, control: true });
  assert.equal(report.outcome, "unknown");
  assert.deepEqual(order(await history()), ["run-began", "steady", "run-ended"]);
  assert.deepEqual(
    workload.cluster.removals.filter(({ ref }) => ref.namespace === "svclab"),
    [],
  );
});

it("stops as unknown where the Pods are not steady, saying what it saw", async (t) => {
  const { workload, request, history } = await lab(t);
  const [pod] = workload.world.pods;
  workload.well = false;
  await workload.cluster.remove({ ...kinds.pod, namespace: "svclab", name: `${pod?.name}` });
  const { report, stopped } = await run(request);
  assert.match(stopped?.found ?? "", /api-4 not ready/);
  assert.equal(report.outcome, "unknown");
  assert.deepEqual((await history()).at(-1), {
    ...(await history()).at(-1),
    kind: "run-ended",
    complete: false,
  });
  assert.equal(await ourPods(workload), 0);
});

it("cleans up and throws the reason when it is cut off", async (t) => {
  const { workload, request, history } = await lab(t);
  workload.world.onChange(() => {
    if (workload.world.pods.length === 0) workload.stop.abort(new Error("Ctrl-C"));
  });
  await assert.rejects(run(request), /Ctrl-C/);
  assert.equal((await history()).at(-1)?.kind, "run-ended");
  assert.equal(await ourPods(workload), 0);
  const api = await workload.cluster.get(kinds.deployment, { namespace: "svclab", name: "api" });
  assert.equal(api?.spec.replicas, 3);
});
