import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { limits } from "@svclab/service-kit";
import { downward, readConfig } from "@svclab/service-kit/testing";
import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";
import { readDatabaseSettings } from "./database/settings.ts";

const base = fileURLToPath(new URL("../../../k8s/base/", import.meta.url));
const paths = globSync("**/*.yaml", { cwd: base }).sort();
const text = (path: string) => readFileSync(join(base, path), "utf8");

const Labels = z.record(z.string(), z.string());
const Port = z.object({ name: z.string(), port: z.number(), targetPort: z.string() });
const Service = z.object({
  kind: z.literal("Service"),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    type: z.string().optional(),
    clusterIP: z.string().optional(),
    externalName: z.string().optional(),
    selector: Labels.optional(),
    ports: z.array(Port).default([]),
  }),
});
const Container = z.object({
  name: z.string(),
  image: z.string(),
  command: z.tuple([z.literal("node")]),
  args: z.array(z.string()).refine((args) => args.at(-1) === "/app/main.mjs"),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
  lifecycle: z.object({ preStop: z.object({ sleep: z.object({ seconds: z.number() }) }) }),
  resources: z.strictObject({
    requests: z.strictObject({ cpu: z.string(), memory: z.string() }),
    limits: z.strictObject({ memory: z.string() }),
  }),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.strictObject({ drop: z.tuple([z.literal("ALL")]) }),
  }),
});
const Deployment = z.object({
  kind: z.literal("Deployment"),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    selector: z.object({ matchLabels: Labels }),
    template: z.object({
      metadata: z.object({ labels: Labels }),
      spec: z.object({
        automountServiceAccountToken: z.literal(false),
        enableServiceLinks: z.literal(false),
        terminationGracePeriodSeconds: z.number(),
        securityContext: z.object({
          runAsNonRoot: z.literal(true),
          runAsUser: z.number().positive(),
          seccompProfile: z.strictObject({ type: z.literal("RuntimeDefault") }),
        }),
        containers: z.tuple([Container]),
      }),
    }),
  }),
});

/** The database's are looked at beside its agent. */
const objects = paths.filter((path) => !path.startsWith("mysql/")).map((path) => parse(text(path)));
const services = objects.filter(({ kind }) => kind === "Service").map((o) => Service.parse(o));
const deployments = objects.filter(({ kind }) => kind === "Deployment");
const pods = deployments.map((object) => Deployment.parse(object).spec.template);
const selectedBy = (selector: Record<string, string>) =>
  pods.filter(({ metadata }) =>
    Object.entries(selector).every(([name, value]) => metadata.labels[name] === value),
  );
/** PodDisruptionBudget is in pod-disruption-budget.yaml, HTTPRoute in http-route.yaml. */
const kebab = (kind: string) => kind.replace(/(?<=[a-z])(?=[A-Z])|(?<=HTTP)/g, "-").toLowerCase();

test("there is something to check", () => {
  assert.equal(services.length, 11);
  assert.equal(deployments.length, 2);
});

for (const path of paths) {
  test(`${path} is one object, named after its kind, and opens with why it is there`, () => {
    assert.match(text(path), /^# [A-Z]/);
    const [object, ...more] = parseAllDocuments(text(path)).map((document) => document.toJS());
    assert.deepEqual(more, []);
    assert.ok(basename(path).startsWith(kebab(object.kind)), object.kind);
    if (object.kind === "Kustomization") return;
    const { resources } = parse(text(join(dirname(path), "kustomization.yaml")));
    assert.ok(resources.includes(basename(path)), "its folder's kustomization lists it");
  });
}

for (const { metadata, spec } of services) {
  test(`Service ${metadata.name} leads to ports that its Pods have, and never to admin`, () => {
    if (spec.type === "ExternalName") {
      assert.match(spec.externalName ?? "", /\.svc\.cluster\.local$/, "nothing outside");
      return;
    }
    const selected = selectedBy(spec.selector ?? {});
    assert.equal(selected.length, 1, "its selector matches one Deployment's Pods");
    for (const { port, targetPort } of spec.ports) {
      assert.notEqual(targetPort, "admin");
      const container = selected[0]?.spec.containers[0].ports.find((p) => p.name === targetPort);
      assert.ok(container, targetPort);
      // Without rules on the nodes nobody maps the one to the other.
      assert.equal(port === container.containerPort, spec.clusterIP === "None", targetPort);
    }
  });
}

for (const { metadata, spec } of pods) {
  const [container] = spec.containers;
  test(`${container.name} listens where its manifest says`, () => {
    const ports = Object.fromEntries(container.ports.map((p) => [p.name, p.containerPort]));
    assert.deepEqual(ports, readConfig(downward).ports);
  });
  test(`${container.name} has the time that its shutdown takes`, () => {
    const preStopMs = container.lifecycle.preStop.sleep.seconds * 1000;
    const graceMs = spec.terminationGracePeriodSeconds * 1000;
    assert.ok(preStopMs + limits.drain.deadlineMs + 2_000 <= graceMs);
  });
  test(`${container.name} has the image that an install replaces, and labels`, () => {
    assert.equal(container.image, `localhost/svclab/${container.name}:dev`);
    assert.equal(metadata.labels["app.kubernetes.io/name"], container.name);
    assert.equal(metadata.labels["app.kubernetes.io/part-of"], "svclab");
  });
}

test("the api's Pod is given what it needs for a database, and starts without it", () => {
  const [container] = parse(text("api/deployment.yaml")).spec.template.spec.containers;
  const Variable = z.object({
    name: z.string(),
    value: z.string().optional(),
    valueFrom: z.object({ secretKeyRef: z.object({ optional: z.literal(true) }) }).optional(),
  });
  const database = z
    .array(Variable)
    .parse(container.env.filter(({ name }: { name: string }) => name.startsWith("MYSQL_")));
  const env = Object.fromEntries(database.map(({ name, value }) => [name, value ?? "secret"]));
  const [mount] = container.volumeMounts;
  assert.equal(env["MYSQL_CA_FILE"], `${mount.mountPath}/ca.crt`);
  assert.notEqual(
    readDatabaseSettings({ ...env, MYSQL_CA_FILE: join(base, paths[0] ?? "") }),
    null,
  );
  const given = database.filter(({ value }) => value !== undefined);
  const without = Object.fromEntries(given.map(({ name, value }) => [name, value]));
  assert.equal(readDatabaseSettings(without), null);
});

test("budgets, selectors, Ingress and HTTPRoute name what is there", () => {
  for (const { kind, spec } of objects) {
    if (kind === "PodDisruptionBudget" || kind === "Deployment")
      assert.equal(selectedBy(spec.selector.matchLabels).length, 1);
    if (kind === "Ingress")
      for (const { http } of spec.rules)
        for (const { backend } of http.paths)
          assertBackend(backend.service.name, backend.service.port.name);
    if (kind === "HTTPRoute")
      for (const { backendRefs } of spec.rules)
        for (const { name, port } of backendRefs) assertBackend(name, port);
  }
});

function assertBackend(service: string, port: string | number): void {
  const found = services.find(({ metadata }) => metadata.name === service);
  assert.ok(found?.spec.ports.some((p) => p.name === port || p.port === port));
}
