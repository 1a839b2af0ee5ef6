import assert from "node:assert/strict";
import { it } from "node:test";
import type { Event, ProberPlan } from "@svclab/contracts";
import { startProberProcess } from "./prober-process.ts";
import { nowAt, setTargets, stopProbing } from "./probing.ts";

const program = new URL("../../../../apps/prober/src/main.ts", import.meta.url).pathname;
const path = "node-port/new@host";
const plan: ProberPlan = {
  recorder: "prober@host",
  control: { host: "127.0.0.1", port: 0 },
  blindOverMs: 200,
  probes: [
    {
      ...{ kind: "http", path, connection: "new", targets: ["127.0.0.1"], port: 1 },
      ...{ url: "/whoami", perSecond: 50, timeoutMs: 500 },
    },
  ],
};
const command = [process.execPath, program];
const say = () => {};
const todo = "";

it("writes what the prober tells, takes its orders, and ends with it", async () => {
  const events: Event[] = [];
  const { signal } = new AbortController();
  const write = (event: Event) => events.push(event);
  const prober = await startProberProcess({ command, plan, write, say, todo, signal });
  assert.ok(Math.abs((await nowAt(prober)) - Date.now()) < 1_000);
  await setTargets(prober, { path, targets: ["127.0.0.2"] });
  await assert.rejects(setTargets(prober, { path: "none", targets: [] }), {
    code: "prober-control",
  });
  await stopProbing(prober);
  // On a busy machine it may tell that it stood still.
  const told = events.filter(({ kind }) => kind !== "blind");
  assert.ok(told.length > 0);
  assert.ok(told.every((event) => event.kind === "unanswered" && event.why === "refused"));
});

it("ends with the signal", async () => {
  const stop = new AbortController();
  const { signal } = stop;
  const prober = await startProberProcess({ command, plan, write: say, say, todo, signal });
  stop.abort();
  await prober.ended;
});

it("is not started once the signal has come", async () => {
  const signal = AbortSignal.abort(new Error("Ctrl-C"));
  const started = startProberProcess({ command, plan, write: say, say, todo, signal });
  await assert.rejects(started, /Ctrl-C/);
});

for (const [title, wrong] of [
  ["cannot be started", ["/does/not/exist"]],
  ["says something else", [process.execPath, "--eval", "console.error('no')"]],
] as const) {
  it(`says so when the program ${title}`, async () => {
    const { signal } = new AbortController();
    const started = startProberProcess({ command: wrong, plan, write: say, say, todo, signal });
    await assert.rejects(started, { code: "prober-start" });
  });
}
