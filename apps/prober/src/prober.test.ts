import assert from "node:assert/strict";
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Event } from "@svclab/contracts";
import { nowMs } from "./clock.ts";
import { startProber } from "./prober.ts";
import { ask, local, nullServer, only, planOf, probeFor } from "./testing.ts";

it("keeps its schedule, with one connection a request", async (t) => {
  const { port } = await nullServer(t);
  const answered = only(await probeFor(2_000, { ...ask, port }), "answered");
  assert.ok(Math.abs(answered.length - 200) <= 2, `${answered.length} answers in 2 s at 100/s`);
  const due = answered.map((one) => one.scheduledMs).sort((a, b) => a - b);
  const steps = due.slice(1).map((at, index) => at - (due[index] ?? 0));
  assert.ok(steps.every((step) => Math.abs(step - 10) < 0.01));
  assert.ok(answered.every((one) => one.sentMs >= one.scheduledMs));
  assert.ok(answered.every((one) => one.podUid === "null-server" && one.status === 200));
  assert.equal(new Set(answered.map((one) => one.connection)).size, answered.length);
  const late = answered.map((one) => one.sentMs - one.scheduledMs).sort((a, b) => a - b);
  t.diagnostic(`lateness p99 ${late[Math.floor(late.length * 0.99)]?.toFixed(2)} ms`);
});

it("sees at the right times a server that stands still for 250 ms", async (t) => {
  const { server, port } = await nullServer(t);
  const probed = probeFor(1_200, { ...ask, port, timeoutMs: 100 });
  await sleep(500);
  server.kill("SIGSTOP");
  const stoppedMs = nowMs();
  await sleep(250);
  server.kill("SIGCONT");
  const resumedMs = nowMs();
  const lost = only(await probed, "unanswered");
  assert.ok(lost.every((one) => one.why === "timeout"));
  const due = lost.map((one) => one.scheduledMs);
  const [first, last] = [Math.min(...due), Math.max(...due)];
  assert.ok(first > stoppedMs - 40 && first < stoppedMs + 40, `${first - stoppedMs} ms`);
  const lastMs = resumedMs - 100;
  assert.ok(last > lastMs - 40 && last < lastMs + 40, `${last - lastMs} ms`);
  assert.ok(lost.length >= 10, `${lost.length} lost`);
});

it("counts the time taken from the schedule, not from the sending", async (t) => {
  const { port } = await nullServer(t);
  const probed = probeFor(400, { ...ask, port });
  await sleep(100);
  const untilMs = nowMs() + 150;
  while (nowMs() < untilMs);
  const answered = only(await probed, "answered");
  const late = answered.filter((one) => one.sentMs - one.scheduledMs > 50);
  assert.ok(late.length >= 8, `${late.length} late`);
  assert.ok(late.every((one) => one.tookMs > one.sentMs - one.scheduledMs));
});

it("says that it saw nothing while it stood still itself", async (t) => {
  const { port } = await nullServer(t);
  const probed = probeFor(700, { ...ask, port });
  await sleep(100);
  const untilMs = nowMs() + 350;
  while (nowMs() < untilMs);
  const blind = only(await probed, "blind");
  assert.equal(blind.length, 1);
  assert.ok((blind[0]?.forMs ?? 0) >= 350);
});

it("asks new targets from when it is told, and the old ones no more", async (t) => {
  const { port } = await nullServer(t);
  const events: Event[] = [];
  const plan = planOf({ ...ask, port });
  const prober = startProber(plan, (event) => void events.push(event));
  await sleep(200);
  const toldMs = nowMs();
  assert.equal(prober.setTargets({ path: ask.path, targets: ["127.0.0.2"] }), true);
  assert.equal(prober.setTargets({ path: "no such path", targets: [] }), false);
  await sleep(200);
  await prober.stop();
  const requests = [...only(events, "answered"), ...only(events, "unanswered")];
  const before = requests.filter((one) => one.sentMs < toldMs);
  const after = requests.filter((one) => one.sentMs >= toldMs);
  assert.ok(before.length > 0 && before.every((one) => one.target === local));
  // The null server listens on one address only.
  assert.ok(after.length > 0 && after.every((one) => one.target === "127.0.0.2"));
  assert.ok(after.every((one) => one.kind === "unanswered"));
});
