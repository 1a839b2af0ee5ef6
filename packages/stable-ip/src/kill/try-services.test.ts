import assert from "node:assert/strict";
import { it } from "node:test";
import { ApiError, type KubeObject, kinds, type Service } from "@svclab/cluster";
import type { Violation } from "../claim.ts";
import { SmallWorkload } from "./small-workload.ts";
import { tryServices } from "./try-services.ts";

const routes = new Set(["taken-ips", "taken-node-ports"]);
const outside = "172.18.0.2";

/** Gives IPs and node ports, each once; a node port is given back some time after its Service went. */
async function allocating({ freeAfterMs = 0 } = {}) {
  const workload = await SmallWorkload.started();
  const { cluster, clock } = workload;
  const freeFromMs = new Map<number, number>();
  const create = cluster.create.bind(cluster);
  const services = async () => (await cluster.list(kinds.service, {})).items;
  cluster.onChange((change, object) => {
    const port = (object as Service).spec?.ports?.[0]?.nodePort;
    if (change === "DELETED" && port !== undefined)
      freeFromMs.set(port, clock.nowMs() + freeAfterMs);
  });
  cluster.create = async (object: KubeObject, signal) => {
    if (object.kind !== "Service") return create(object, signal);
    const { spec } = object as Service;
    const all = await services();
    const clusterIP = spec.clusterIP ?? `10.96.0.${all.length + 1}`;
    if (all.some((one) => one.spec.clusterIP === clusterIP) || !clusterIP.startsWith("10.96."))
      throw new ApiError("Service", 422, `no ${clusterIP}`);
    const [port] = spec.ports ?? [];
    const nodePort = spec.type === "NodePort" ? (port?.nodePort ?? 31_000 + all.length) : undefined;
    const isTaken = all.some((one) => one.spec.ports?.[0]?.nodePort === nodePort);
    const isFree = (freeFromMs.get(nodePort ?? 0) ?? 0) <= clock.nowMs();
    if (nodePort !== undefined && (isTaken || !isFree || nodePort < 30_000))
      throw new ApiError("Service", 422, `no ${nodePort}`);
    const ports = [{ port: 80, ...(nodePort === undefined ? {} : { nodePort }) }];
    return create({ ...object, spec: { ...spec, clusterIP, ports } } as KubeObject, signal);
  };
  await cluster.create({
    ...kinds.service,
    metadata: { namespace: "a", name: "b" },
    spec: {},
  } as KubeObject);
  const tried = async (violation: Violation | null = null) => {
    await tryServices(workload.hands(), { routes, violation, outside });
    return workload.events.flatMap((event) =>
      event.kind === "creation-tried" ? [[event.what, event.status, event.asked]] : [],
    );
  };
  return { workload, services, tried };
}

it("asks for what is taken, outside or free again, and leaves nothing", async () => {
  const { workload, services, tried } = await allocating();
  assert.deepEqual(await tried(), [
    ["service-with-any-ip", 201, "any"],
    ["service-with-a-taken-ip", 422, "10.96.0.2"],
    ["service-with-an-ip-outside", 422, outside],
    ["any-node-port", 201, "any"],
    ["taken-node-port", 422, "31001"],
    ["node-port-outside", 422, "80"],
    ["freed-node-port", 201, "31001"],
  ]);
  const seen = workload.events.find((event) => event.kind === "service-ips-seen");
  assert.deepEqual(seen?.kind === "service-ips-seen" && seen.ips, {
    "a/b": "10.96.0.1",
    "svclab/tried-service-with-any-ip": "10.96.0.2",
  });
  assert.equal((await services()).length, 1);
  assert.deepEqual(await workload.removals.runAll(), []);
});

it("asks for what is free where that is the mistake to be made", async () => {
  const { tried } = await allocating();
  for (const [name, what] of [
    ["asks-for-a-free-ip", "service-with-a-taken-ip"],
    ["asks-for-a-free-node-port", "taken-node-port"],
  ] as const) {
    const all = await tried({ name, how: { fault: name }, text: "" });
    assert.ok(
      all.some(([tried, status]) => tried === what && status === 201),
      name,
    );
  }
});

it("asks again for a port that is not free yet, until it is", async () => {
  const again = (all: unknown[][]) => all.filter(([what]) => what === "freed-node-port");
  const { tried } = await allocating({ freeAfterMs: 1_000 });
  const found = again(await tried());
  assert.ok(found.length > 2 && found.at(-1)?.[1] === 201);
  const late = again(await (await allocating({ freeAfterMs: 60_000 })).tried());
  assert.ok(late.length >= 40 && late.every(([, status]) => status === 422));
});

it("takes away what it created when it is cut off", async () => {
  const { workload, services, tried } = await allocating();
  workload.cluster.onChange((change, object) => {
    if (change === "ADDED" && object.metadata.name === "tried-any-node-port")
      workload.stop.abort(new Error("Ctrl-C"));
  });
  await assert.rejects(tried(), /Ctrl-C/);
  assert.deepEqual(await workload.removals.runAll(), []);
  assert.equal((await services()).length, 1);
});

it("does nothing where no claim needs it", async () => {
  const { workload } = await allocating();
  await tryServices(workload.hands(), { routes: new Set(), violation: null, outside });
  assert.ok(workload.events.every(({ kind }) => kind !== "creation-tried"));
});
