import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { it } from "node:test";
import { kinds, type PodName, type PodRequest, refOf } from "@svclab/cluster";
import { FakeCluster } from "@svclab/cluster/testing";
import type { Event, ProberPlan } from "@svclab/contracts";
import { Removals } from "../removals.ts";
import type { PodTemplate } from "./checker-pod.ts";
import { type PodProgramOf, startClusterProber } from "./cluster-prober.ts";
import { patientClock } from "./patient-clock.ts";
import { nowAt, stopProbing } from "./probing.ts";

const { PATH = "" } = process.env;
const main = new URL("../../../../apps/prober/src/main.ts", import.meta.url).pathname;
const template: PodTemplate = {
  ...{ apiVersion: "v1", kind: "Pod", metadata: { name: "prober", namespace: "svclab-checker" } },
  spec: { containers: [{ name: "prober" }] },
};
const path = "cluster-ip/new@worker";

/** A kubelet whose Pods run at once, and a prober on a free port. */
async function start(podProgram: PodProgramOf | null) {
  const cluster = new FakeCluster();
  const plans: ProberPlan[] = [];
  const asked: string[] = [];
  const ended = Promise.withResolvers<void>();
  cluster.onChange((change, pod) => {
    if (change !== "ADDED") return;
    const { containers } = (pod as unknown as PodTemplate).spec;
    const [plan] = (containers[0]?.env ?? []) as { value: string }[];
    plans.push(JSON.parse(plan?.value ?? "null"));
    const containerStatuses = [{ name: "prober", ready: true, state: { running: {} } }];
    const status = { phase: "Running", containerStatuses };
    void cluster.patch(refOf(pod), "merge", { status });
  });
  cluster.pods = {
    answer: ({ name }: PodName, { port, path, method }: PodRequest) => {
      asked.push(`${name} ${method} ${path}`);
      return overLoopback(port, path, method);
    },
    // Open, as while a Pod runs.
    log: () => ended.promise,
  };
  const port = await freePort();
  const plan: ProberPlan = {
    ...{ recorder: "prober@worker", blindOverMs: 200 },
    control: { host: "127.0.0.1", port: port - 1 },
    probes: [
      {
        ...{ kind: "http", path, connection: "new", targets: ["127.0.0.1"], port: 1 },
        ...{ url: "/whoami", perSecond: 50, timeoutMs: 500 },
      },
    ],
  };
  const events: Event[] = [];
  const said: string[] = [];
  const { signal } = new AbortController();
  const prober = await startClusterProber(
    {
      ...{ template, name: "prober-worker", node: "worker", plan, podProgram },
      ...{ write: (event) => events.push(event), say: (line) => said.push(line) },
    },
    { cluster, clock: patientClock(), signal, removals: new Removals() },
  );
  const endPod = async () => {
    const ref = { ...kinds.pod, namespace: "svclab-checker", name: "prober-worker" };
    await cluster.patch(ref, "merge", { status: { phase: "Failed" } });
    ended.resolve();
  };
  return { prober, plan, plans, asked, events, said, endPod };
}

async function overLoopback(port: number, path: string, method: string) {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method });
  return { status: answer.status, body: await answer.text() };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** `env` starts what follows it, as nsenter does. */
const program = { enter: ["env"], program: [process.execPath, main] };
const env = { PATH, PROBER_PLAN: "the Pod's own" };

it("asks beside the Pod's own program, which asks nothing", async () => {
  const places: string[] = [];
  const { prober, plan, plans, asked, events } = await start(async (node, { name }) => {
    places.push(`${node} ${name}`);
    return { ...program, env };
  });
  assert.deepEqual(places, ["worker prober-worker"]);
  assert.deepEqual(plans, [{ ...plan, probes: [] }]);
  assert.ok(Math.abs((await nowAt(prober)) - Date.now()) < 1_000);
  await stopProbing(prober);
  assert.deepEqual(asked, ["prober-worker GET /clock", "prober-worker POST /stop"]);
  const told = events.filter(({ kind }) => kind !== "blind");
  assert.ok(told.length > 0);
  assert.ok(told.every((event) => event.kind === "unanswered" && event.why === "refused"));
});

it("ends with its Pod: without it, it would ask from nowhere", async () => {
  const { prober, endPod } = await start(async () => ({ ...program, env }));
  await endPod();
  await prober.ended;
});

it("asks from the Pod itself where this machine turns out not to enter it, and says so", async () => {
  const { prober, plan, plans, said } = await start(async () => null);
  assert.equal(prober.plan, plan);
  assert.deepEqual(plans, [{ ...plan, probes: [] }, plan]);
  assert.match(said.join(), /prober@worker runs in its Pod/);
});

it("asks from the Pod itself at once where this machine may not enter any", async () => {
  const { plan, plans } = await start(null);
  assert.deepEqual(plans, [plan]);
});
