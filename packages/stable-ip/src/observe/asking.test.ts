import assert from "node:assert/strict";
import { it } from "node:test";
import type { HttpProbe, ProberPlan } from "@svclab/contracts";
import { answerBeforeSteady, asking, atFirst } from "./asking.ts";

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
    probe("target-port/new@worker"),
    {
      ...{ kind: "dns", path: "srv-dns@worker", server: "10.96.0.10", name: "a.b", record: "SRV" },
      ...{ perSecond: 1, timeoutMs: 1 },
    },
  ],
};

function told() {
  const orders: unknown[] = [];
  const control = async ({ body }: { readonly body?: unknown }) => {
    orders.push(body);
    return "";
  };
  const prober = { plan: atFirst(plan), control, ended: Promise.resolve() };
  const slept: number[] = [];
  const clock = { nowMs: () => 0, sleep: async (ms: number) => void slept.push(ms) };
  const { signal } = new AbortController();
  return { orders, slept, asked: asking([{ plan, prober }], { clock, signal }) };
}

it("begins without the targets of what is asked during a fault only", () => {
  const { probes } = atFirst(plan);
  const targets = probes.map((one) => (one.kind === "http" ? one.targets : "paused" in one));
  assert.deepEqual(targets, [["10.0.0.1"], [], [], ["10.0.0.1"], true]);
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

it("lets what is refused rest while others are to be", async () => {
  const { orders, asked } = told();
  await asked.ask("scale-to-zero", true);
  await asked.ask("scale-to-zero", false);
  assert.deepEqual(orders, [
    { path: "target-port/new@worker", targets: [] },
    { path: "target-port/new@worker", targets: ["10.0.0.1"] },
  ]);
});

it("asks DNS what is asked in one stage only, by its name", async () => {
  const { orders, asked } = told();
  await asked.ask("leave-alone", true);
  await asked.ask("leave-alone", false);
  assert.deepEqual(orders, [
    { path: "srv-dns@worker", targets: ["a.b"] },
    { path: "srv-dns@worker", targets: [] },
  ]);
});

it("asks what lasts long for some time before its fault begins", async () => {
  const { orders, slept, asked } = told();
  await asked.ask("delete-each", true);
  assert.deepEqual(slept, [3_000]);
  await asked.ask("delete-each", false);
  assert.deepEqual(slept, [3_000]);
  assert.equal(orders.length, 2);
});

it("asks the proxies until they have answered, and no other route", () => {
  const routes = ["cluster-ip/new", "ingress-any/new", "sticky/new", "http-route-split/new"];
  assert.deepEqual(answerBeforeSteady(routes), ["ingress-any/new", "http-route-split/new"]);
});

it("makes the clients of one route connect anew", async () => {
  const { orders, asked } = told();
  await asked.connectAnew("cluster-ip/kept");
  assert.deepEqual(orders, [
    { path: "cluster-ip/kept@worker", targets: ["10.0.0.1"], connection: "new" },
  ]);
});
