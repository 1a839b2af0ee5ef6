import assert from "node:assert/strict";
import { it } from "node:test";
import type { EventOf, LossCause } from "@svclab/contracts";
import { type HistoryBuilder, history } from "../history/builder.ts";
import { timeline } from "../history/timeline.ts";
import { endpointOf, type Unstamped, type Ways, type Why } from "../history/ways.ts";
import { explainLosses } from "./why-lost.ts";

const began = (ways: Partial<Ways> = {}) => history(ways).service("10.96.0.9").steady();

function causes(told: HistoryBuilder, path = "cluster-ip/new@worker"): (LossCause | null)[] {
  const { lost } = explainLosses(timeline(told.end()));
  const ours = lost.filter(({ request }) => request.event.path === path);
  return [...new Set(ours.map(({ cause }) => cause))];
}

/** One more request that got no answer, sent now by the prober of one worker. */
function loses(
  told: HistoryBuilder,
  more: Partial<EventOf<"unanswered">> = {},
  afterMs = 110,
): HistoryBuilder {
  const path = more.path ?? "cluster-ip/new@worker";
  const last = told.events().findLast((event) => "path" in event && event.path === path);
  const scheduledMs = (last?.kind === "answered" ? last.scheduledMs : 0) + afterMs;
  const times = { scheduledMs, sentMs: scheduledMs, tookMs: 5, atMs: scheduledMs + 5 };
  const from = `prober@${path.slice(path.lastIndexOf("@") + 1)}`;
  const lost = { kind: "unanswered", path, ...times, why: "refused", ...more } as const;
  return told.write({ ...lost, from } as unknown as Unstamped).answers(2);
}

const rules = (node: string, ...ips: string[]): Unstamped => ({
  ...{ kind: "rules-changed", node, service: "api", port: "http" },
  endpoints: ips.map((ip) => `${ip}:8080`),
});
/** The Pods of the builder, in its order. */
const [a, b, c] = ["10.244.1.10", "10.244.1.11", "10.244.1.12"] as const;

it("timed out from a port from which another attempt had, less than two minutes before", () => {
  const hung = (more: Partial<EventOf<"unanswered">>, afterMs?: number) => {
    const asked = { why: "timeout", step: "connect", target: "10.96.0.9", ...more } as const;
    return (told: HistoryBuilder) => loses(told, asked, afterMs);
  };
  const twice = (second: ReturnType<typeof hung>) =>
    causes(second(hung({ connection: 40_000 })(began().answers(5))));
  assert.deepEqual(twice(hung({ connection: 40_000 })), [null, "still-tracked"]);
  for (const other of [
    hung({ connection: 40_001 }),
    hung({ connection: 40_000, target: "10.96.0.8" }),
    hung({ connection: 40_000, step: "answer" }),
    hung({ connection: 40_000 }, 130_000),
    hung({}),
  ])
    assert.deepEqual(twice(other), [null]);
});

it("says nothing where every request was answered", () => {
  const told = explainLosses(timeline(began().answers(20).end()));
  assert.deepEqual(told.lost, []);
  assert.ok(told.requests > 100, `${told.requests}`);
});

it("refused while the slice listed a Pod that was down: before the slice changed", () => {
  assert.deepEqual(causes(began().kill("pod-a", "sigkill")), ["refused-before-the-slice-changed"]);
});

it("refused while a node's rules led to a Pod that the slice no longer listed", () => {
  const gone = (pods: Parameters<Ways["endpoints"]>[0]) =>
    pods.filter(({ name }) => name !== "pod-a").map(endpointOf);
  const late = () => began({ endpoints: gone }).write(rules("worker", a, b, c));
  assert.deepEqual(causes(late().kill("pod-a", "sigkill")), ["refused-before-the-rules-changed"]);
  const unseen = late().write({ kind: "rules-unseen", node: "worker", why: "it ended" });
  assert.deepEqual(causes(unseen.kill("pod-a", "sigkill")), [null]);
});

it("refused by rules that lead nowhere, or where the slice lists nobody: no endpoint", () => {
  const empty: Unstamped = { kind: "endpoints-seen", service: "api", endpoints: [] };
  const unseen: Unstamped = { kind: "rules-unseen", node: "worker", why: "it ended" };
  assert.deepEqual(causes(loses(began().answers(5).write(empty))), [null]);
  assert.deepEqual(causes(loses(began().answers(5).write(unseen).write(empty))), ["no-endpoint"]);
  const nowhere = began().answers(5).write(empty).write(rules("worker"));
  assert.deepEqual(causes(loses(nowhere)), ["no-endpoint"]);
  for (const why of ["timeout", "unreachable"] as const)
    assert.deepEqual(causes(loses(nowhere, { why })).toSorted(), ["no-endpoint"]);
  assert.deepEqual(causes(loses(nowhere, { why: "timeout", step: "answer" })), [
    "no-endpoint",
    null,
  ]);
});

it("refused by rules that do not lead yet to whom the slice lists", () => {
  const late = began().answers(5).write(rules("worker"));
  assert.deepEqual(causes(loses(late)), ["refused-before-the-rules-changed"]);
  const other = began().answers(5).write(rules("worker2"));
  assert.deepEqual(causes(loses(other)), [null]);
});

it("goes by the slice until a node's rules were first seen", () => {
  const told = history().service("10.96.0.9");
  const first = told.events().findIndex(({ kind }) => kind === "rules-changed");
  assert.ok(first > 0);
  const without = (event: { kind: string }) => event.kind !== "rules-changed";
  const lost = began().kill("pod-a", "sigkill").end().filter(without);
  const later = { ...lost.at(-1), ...rules("worker", a, b, c) } as (typeof lost)[number];
  const { lost: all } = explainLosses(timeline([...lost.slice(0, -1), later, ...lost.slice(-1)]));
  const ours = all.filter(({ request }) => request.event.path === "cluster-ip/new@worker");
  assert.ok(ours.length > 0);
  assert.deepEqual(
    [...new Set(ours.map(({ cause }) => cause))],
    ["refused-before-the-slice-changed"],
  );
});

it("reset over a new connection, as a Pod went: in flight", () => {
  const resets: Ways["probe"] = ({ podUid, path }) =>
    podUid === null && path.startsWith("cluster-ip/") ? { why: "reset" } : null;
  assert.deepEqual(causes(began({ probe: resets }).kill("pod-a", "sigkill")), ["reset-in-flight"]);
});

const kept = "cluster-ip/kept@worker";
const reused = { path: kept, why: "reset", reused: true, step: "answer" } as const;

/** A request that got no answer, and a Pod that did not answer at its own address before it, or after. */
function cutOff(
  more: Partial<EventOf<"unanswered">>,
  silent: "before" | "after",
  why: Why = "refused",
): HistoryBuilder {
  let isSilent = false;
  const probe: Ways["probe"] = ({ path, target }) =>
    isSilent && path.startsWith("endpoint/") && target === a ? { why } : null;
  const told = began({ probe }).answers(3);
  isSilent = true;
  return silent === "before" ? loses(told.answers(1), more) : loses(told, more, 50);
}

it("reset over a kept connection: dead if its Pod was silent before, in flight if not", () => {
  assert.deepEqual(causes(cutOff(reused, "before"), kept), ["dead-kept-connection"]);
  assert.deepEqual(causes(cutOff(reused, "after"), kept), ["reset-in-flight"]);
  const first = { ...reused, reused: false };
  assert.deepEqual(causes(cutOff(first, "before"), kept), ["reset-in-flight"]);
  assert.deepEqual(causes(loses(began().answers(3), reused), kept), [null]);
});

it("timed out while a Pod did not answer: a black hole", () => {
  const why = "timeout" as const;
  for (const silent of ["before", "after"] as const)
    assert.deepEqual(causes(cutOff({ why, tookMs: 900 }, silent)), ["black-hole"]);
  assert.deepEqual(causes(loses(began().answers(3), { why })), [null]);
});

it("lost at the Pod's own address: by what others met there", () => {
  const own = { path: "endpoint/new@worker2", target: a } as const;
  const path = own.path;
  assert.deepEqual(causes(loses(began().answers(3), own), path), [null]);
  const before = cutOff({ ...own, why: "timeout" }, "before");
  assert.deepEqual(causes(before, path), ["refused-before-the-slice-changed", "black-hole"]);
});

it("timed out while the prober stood still: its own", () => {
  const told = loses(began().answers(3), { why: "timeout" });
  const lost = told.events().find((one) => one.kind === "unanswered" && one.why === "timeout");
  const stood = { kind: "blind", forMs: 400, why: "it stood still" } as const;
  const at = (from: string) => ({ ...stood, from, atMs: lost?.atMs }) as unknown as Unstamped;
  assert.deepEqual(causes(told.write(at("prober@worker2"))), [null]);
  assert.deepEqual(causes(told.write(at("prober@worker"))), ["clients-own"]);
});

it("owes no answer to who asks a Pod that is gone, or is no endpoint yet", () => {
  const deleted = began().fault("delete-each", (run) => {
    for (const name of run.names()) run.kill(name);
  });
  assert.deepEqual(causes(deleted, "endpoint/new@worker"), []);
  const killed = began().kill("pod-a", "sigkill");
  assert.deepEqual(causes(killed, "endpoint/new@worker"), ["refused-before-the-slice-changed"]);
});

it("sent to an address that the load balancer no longer has: a stale name", () => {
  const path = "load-balancer/new@host";
  const without = { service: "web-public", loadBalancer: [] };
  const told = began().answers(3).service("10.96.0.9", without);
  assert.deepEqual(causes(loses(told, { path, target: "192.0.2.80" }), path), ["stale-name"]);
  const there = loses(began().answers(3), { path, target: "192.0.2.80" });
  assert.deepEqual(causes(there, path), [null]);
});

it("sent to a load balancer that has its address anew and has answered nobody: not ready", () => {
  const path = "load-balancer/new@host";
  const probe: Ways["probe"] = (asked) => (asked.path === path ? { why: "refused" } : null);
  assert.deepEqual(causes(began({ probe }).answers(20), path), ["balancer-not-ready"]);
  assert.deepEqual(causes(began({ probe }).answers(150), path), ["balancer-not-ready", null]);
});

it("finds no cause where every Pod answered", () => {
  for (const why of ["refused", "reset", "timeout", "unreachable"] as const)
    assert.deepEqual(causes(loses(began().answers(3), { why })), [null]);
});

it("does not count what is asked in order to be refused", () => {
  const { lost } = explainLosses(timeline(began().answers(20).end()));
  const asked = began().answers(20).end();
  const refused = asked.filter(({ kind }) => kind === "unanswered");
  assert.ok(refused.length > 20);
  assert.equal(lost.length, 0);
});
