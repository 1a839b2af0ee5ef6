import assert from "node:assert/strict";
import { it } from "node:test";
import { ApiError, type Cluster, type KubeObject } from "@svclab/cluster";
import type { Fact } from "./fact.ts";
import { tryNamelessPorts } from "./nameless-ports.ts";

type Ports = { readonly spec: { readonly ports: readonly { readonly name?: string }[] } };

async function told(refuse: () => Error) {
  const facts: Fact[] = [];
  const cluster = {
    tryCreate: async (object: KubeObject) => {
      const { ports } = (object as unknown as Ports).spec;
      if (ports.some(({ name }) => name === undefined)) throw refuse();
    },
  } as Partial<Cluster> as Cluster;
  const { signal } = new AbortController();
  const record = (fact: Fact) => void facts.push(fact);
  await tryNamelessPorts({ cluster, namespace: "svclab", record, signal });
  return facts.map((fact) => fact.kind === "creation-tried" && [fact.what, fact.status]);
}

it("tells what the API says to ports with names and without", async () => {
  assert.deepEqual(await told(() => new ApiError("Service", 422, "name: Required value")), [
    ["service-with-named-ports", 201],
    ["service-with-nameless-ports", 422],
  ]);
});

it("throws what is no answer of the API", async () => {
  await assert.rejects(
    told(() => new Error("no connection")),
    /no connection/,
  );
});
