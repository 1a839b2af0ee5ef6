import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { it, type TestContext } from "node:test";
import { Event, ProberClock, ProberListening, type ProberPlan } from "@svclab/contracts";

const main = new URL("./main.ts", import.meta.url).pathname;
const plan: ProberPlan = {
  recorder: "prober@host",
  control: { host: "127.0.0.1", port: 0 },
  blindOverMs: 200,
  probes: [
    {
      kind: "http",
      path: "nobody/new@host",
      connection: "new",
      targets: ["127.0.0.1"],
      port: 1,
      url: "/",
      perSecond: 50,
      timeoutMs: 500,
    },
  ],
};

function start(t: TestContext, env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [main], { env: { ...process.env, ...env } });
  t.after(() => child.kill("SIGKILL"));
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => void lines.push(line));
  const ended = new Promise<number | null>((resolve) => void child.on("close", resolve));
  const told = new Promise<string>((resolve) => {
    createInterface({ input: child.stderr }).on("line", resolve);
  });
  return { child, lines, ended, told };
}

it("tells its clock, and ends with every line written when it is told to stop", async (t) => {
  const { child, lines, ended, told } = start(t, {});
  child.stdin.write(`${JSON.stringify(plan)}\n`);
  const { listening } = ProberListening.parse(JSON.parse(await told));
  const url = `http://127.0.0.1:${listening}`;
  const clock = ProberClock.parse(await (await fetch(`${url}/clock`)).json());
  assert.ok(Math.abs(clock.nowMs - Date.now()) < 1_000);
  const body = JSON.stringify({ path: "nobody/new@host", targets: [] });
  assert.equal((await fetch(`${url}/targets`, { method: "PUT", body })).status, 204);
  assert.equal((await fetch(`${url}/targets`, { method: "PUT", body: "{}" })).status, 400);
  assert.equal((await fetch(`${url}/else`)).status, 404);
  assert.equal((await fetch(`${url}/stop`, { method: "POST" })).status, 202);
  assert.equal(await ended, 0);
  assert.ok(lines.length > 0);
  for (const line of lines) Event.parse(JSON.parse(line));
});

it("ends when whoever gave it its plan is gone", async (t) => {
  const { child, ended, told } = start(t, {});
  child.stdin.write(`${JSON.stringify(plan)}\n`);
  await told;
  child.stdin.end();
  assert.equal(await ended, 0);
});

it("takes its plan from the environment, and ends at SIGTERM", async (t) => {
  const { child, ended, told } = start(t, { PROBER_PLAN: JSON.stringify(plan) });
  await told;
  child.kill("SIGTERM");
  assert.equal(await ended, 0);
});

it("refuses a plan that is none", async (t) => {
  const { ended, told } = start(t, { PROBER_PLAN: '{"recorder":""}' });
  await told;
  assert.notEqual(await ended, 0);
});
