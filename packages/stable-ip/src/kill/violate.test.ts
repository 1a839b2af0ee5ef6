import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { type KubeObject, kinds, parseObjects, refOf } from "@svclab/cluster";
import { violationLabel } from "@svclab/contracts";
import { claims } from "../claims/index.ts";
import { databaseClaims } from "../database-claims/index.ts";
import { withRemovals } from "../removals.ts";
import { SmallWorkload } from "./small-workload.ts";
import { violate } from "./violate.ts";

const anew: string[] = [];
const clients = { connectAnew: async (route: string) => void anew.push(route) };
const variants = new URL("../../../../k8s/variants", import.meta.url).pathname;
const service = (name: string, spec: object = {}) =>
  ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: "svclab", name, labels: { of: "the lab" } },
    spec: { clusterIP: "10.96.0.9", clusterIPs: ["10.96.0.9"], ...spec },
    status: { loadBalancer: {} },
  }) as KubeObject;
const violations = [...claims, ...databaseClaims].flatMap((claim) => claim.violations);
const named = (name: string) => {
  const violation = violations.find((one) => one.name === name);
  assert.ok(violation, name);
  return violation;
};

type Spec = { readonly spec: Readonly<Record<string, unknown>> };

async function violated(name: string, object: KubeObject) {
  const workload = await SmallWorkload.started();
  const { cluster, removals } = workload;
  const old = (await cluster.create(object)) as KubeObject & Spec;
  const { namespace = "", name: of } = object.metadata;
  const look = async () =>
    (await cluster.get(kinds.service, { namespace, name: of })) as unknown as KubeObject & Spec;
  await violate(workload.hands(), named(name), variants, clients);
  const during = await look();
  assert.deepEqual(await removals.runAll(), []);
  return { workload, old, during, after: await look() };
}

for (const [name, object, spec] of [
  [
    "selector-one-label-wrong",
    service("api", { selector: { "app.kubernetes.io/name": "api", b: "c" } }),
    { selector: { "app.kubernetes.io/name": "apj", b: "c" } },
  ],
  ["internal-policy-local", service("api"), { internalTrafficPolicy: "Local" }],
  ["session-affinity", service("api"), { sessionAffinity: "ClientIP" }],
  ["external-policy-local", service("web-node"), { externalTrafficPolicy: "Local" }],
  ["publish-not-ready", service("api-direct"), { publishNotReadyAddresses: true }],
] as const) {
  it(`${name} changes the Service in its place and puts its spec back`, async () => {
    const { workload, old, during, after } = await violated(name, object);
    assert.deepEqual(during.spec, { ...old.spec, ...spec });
    assert.equal(during.metadata.uid, old.metadata.uid);
    assert.deepEqual(after.spec, old.spec);
    assert.deepEqual(during.metadata.labels, { of: "the lab", [violationLabel]: name });
    assert.deepEqual(after.metadata.labels, old.metadata.labels);
    assert.ok(workload.deeds().includes("violation-applied"));
  });
}

it("dropped-not-refused makes each node with a Pod drop what is sent to the Service, and no longer", async () => {
  const { workload } = await violated("dropped-not-refused", service("api"));
  assert.ok(workload.shell.every(({ argv }) => argv.join(" ") === "nft -f -"));
  for (const worker of ["worker0", "worker1"]) {
    const [put, taken] = workload.shell.filter(({ node }) => node === worker);
    assert.match(put?.input ?? "", /ip daddr 10\.96\.0\.9 tcp dport 80 drop/);
    assert.match(
      taken?.input ?? "",
      /^table ip svclab-violation\ndelete table ip svclab-violation\n$/,
    );
  }
});

it("masqueraded makes each node with a Pod rewrite who asks the Pods, and no longer", async () => {
  const { workload } = await violated("masqueraded", service("api"));
  const [put] = workload.shell.filter(({ node }) => node === "worker1");
  const ips = "10.244.0.1, 10.244.0.2, 10.244.0.3";
  assert.ok(put?.input?.includes(`ip daddr { ${ips} } tcp dport 8080 masquerade`), put?.input);
  assert.equal(workload.shell.length, 4);
});

it("a route is put back though its controller writes its status meanwhile", async () => {
  const workload = await SmallWorkload.started();
  const { cluster, removals } = workload;
  const gateway = { apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute" };
  const backendRefs = ["web", "api"].map((name, at) => ({ name, port: 80, weight: 1 + 2 * at }));
  const metadata = { namespace: "svclab", name: "split" };
  const spec = { hostnames: ["split.svclab.test"], rules: [{ backendRefs }] };
  await cluster.create({ ...gateway, metadata, spec } as KubeObject);
  const look = async () => (await cluster.get(gateway, metadata)) as unknown as KubeObject & Spec;
  await violate(workload.hands(), named("route-weights-swapped"), variants, clients);
  const weights = [3, 1].map((weight, at) => ({ ...backendRefs[at], weight }));
  assert.deepEqual((await look()).spec, { ...spec, rules: [{ backendRefs: weights }] });
  const replace = cluster.replace.bind(cluster);
  let asked = 0;
  cluster.replace = async (object) => {
    // A custom kind is not replaced unread.
    assert.ok(object.metadata.resourceVersion);
    if (asked++ === 0)
      await cluster.patch(refOf(object), "merge", { status: { parents: ["written"] } });
    return replace(object);
  };
  assert.deepEqual(await removals.runAll(), []);
  assert.equal(asked, 2);
  assert.deepEqual((await look()).spec, spec);
  assert.equal((await look()).metadata.labels?.[violationLabel], undefined);
});

it("a load balancer class is set on a new Service, and the former is made again", async () => {
  const port = { port: 80, targetPort: "http" };
  const type = { type: "LoadBalancer" };
  const object = service("web-public", { ...type, ports: [{ ...port, nodePort: 32639 }] });
  const { old, during, after } = await violated("load-balancer-class-nobody-serves", object);
  const anew = { ...old.spec, ports: [port] };
  assert.deepEqual(during.spec, { ...anew, loadBalancerClass: "svclab.dev/nobody" });
  assert.notEqual(during.metadata.uid, old.metadata.uid);
  assert.deepEqual(after.spec, anew);
  assert.equal(during.metadata.labels?.[violationLabel], "load-balancer-class-nobody-serves");
  assert.deepEqual(after.metadata.labels, old.metadata.labels);
});

for (const [name, ip] of [
  ["recreate-service", undefined],
  ["recreate-service-same-ip", "10.96.0.9"],
] as const) {
  it(`${name} makes another Service that asks for ${ip ?? "no address"}`, async () => {
    const { old, during, after } = await violated(name, service("api"));
    assert.notEqual(during.metadata.uid, old.metadata.uid);
    assert.equal(during.spec["clusterIP"], ip);
    assert.equal(during.metadata.labels?.[violationLabel], name);
    assert.equal(after.spec["clusterIP"], "10.96.0.9");
  });
}

it("waits for the IP of a Service that has gone, and throws every other refusal", async () => {
  const workload = await SmallWorkload.started();
  const { cluster } = workload;
  await cluster.create(service("api"));
  const create = cluster.create.bind(cluster);
  let refusals = 3;
  cluster.create = (object) =>
    refusals-- > 0
      ? Promise.reject(
          new Error("failed to allocate IP 10.96.0.9: provided IP is already allocated"),
        )
      : create(object);
  await violate(workload.hands(), named("recreate-service-same-ip"), variants, clients);
  assert.equal(refusals, -1);
  cluster.create = () => Promise.reject(new Error("no quota is left"));
  await assert.rejects(
    violate(workload.hands(), named("recreate-service"), variants, clients),
    /no quota is left/,
  );
});

it("takes the violation back and throws the first error, whatever happens in between", async () => {
  const workload = await SmallWorkload.started();
  const { cluster } = workload;
  const old = (await cluster.create(service("api"))) as KubeObject & Spec;
  const first = new Error("the run broke");
  const run = withRemovals(
    async (removals) => {
      await violate(
        { ...workload.hands(), removals },
        named("session-affinity"),
        variants,
        clients,
      );
      throw first;
    },
    () => {},
  );
  await assert.rejects(run, (error) => error === first);
  const after = await cluster.get(kinds.service, { namespace: "svclab", name: "api" });
  assert.deepEqual(after?.spec, old.spec);
});

it("every variant is a file of at most 15 lines that a claim names, and the other way round", async () => {
  const files = (await readdir(variants)).map((file) => file.replace(/\.yaml$/, ""));
  const wanted = violations.flatMap(({ how }) => ("variant" in how ? [how.variant] : []));
  assert.deepEqual(files.toSorted(), [...new Set(wanted)].toSorted());
  for (const file of files) {
    const text = await readFile(join(variants, `${file}.yaml`), "utf8");
    assert.equal(parseObjects(text, file).length, 1);
    assert.ok(text.trimEnd().split("\n").length <= 15, `${file} is too long`);
  }
});

it("makes the clients that keep their connections open new ones", async () => {
  const workload = await SmallWorkload.started();
  await violate(workload.hands(), named("kept-connections-anew"), variants, clients);
  assert.deepEqual(anew, ["cluster-ip/kept"]);
});
