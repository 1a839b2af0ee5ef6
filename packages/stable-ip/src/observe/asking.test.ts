import assert from "node:assert/strict";
import { it } from "node:test";
import type { HttpProbe, ProberPlan } from "@svclab/contracts";
import { asking, atFirst } from "./asking.ts";

const probe = (path: string): HttpProbe => ({
  ...{ kind: "http", path, connection: 2, targets: ["10.0.0.1"], port: 1 },
  ...{ url: "/", perSecond: 1, timeoutMs: 1 },
});
const plan: ProberPlan = {
  recorder: "prober@worker",
  control: { host: "", port: 0 },
  blindOverMs: 200,
  probes: [
    probe("cluster-ip/kept@worker"),
    probe("sticky/new@worker"),
    probe("in-flight/new@worker"),
  ],
};

function told() {
  const orders: unknown[] = [];
  const control = async ({ body }: { readonly body?: unknown }) => {
    orders.push(body);
    return "";
  };
  const prober = { plan: atFirst(plan), control, ended: Promise.resolve() };
  return { orders, asked: asking([{ plan, prober }]) };
}

it("begins without the targets of what is asked during a fault only", () => {
  const targets = atFirst(plan).probes.map((one) => one.kind === "http" && one.targets);
  assert.deepEqual(targets, [["10.0.0.1"], [], []]);
});

it("asks what belongs to a fault, and nothing else, until it has ended", async () => {
  const { orders, asked } = told();
  await asked.ask("spread", true);
  await asked.ask("spread", false);
  await asked.ask("roll-out", true);
  assert.deepEqual(orders, [
    { path: "sticky/new@worker", targets: ["10.0.0.1"] },
    { path: "sticky/new@worker", targets: [] },
  ]);
});

it("makes the clients of one route connect anew", async () => {
  const { orders, asked } = told();
  await asked.connectAnew("cluster-ip/kept");
  assert.deepEqual(orders, [
    { path: "cluster-ip/kept@worker", targets: ["10.0.0.1"], connection: "new" },
  ]);
});
