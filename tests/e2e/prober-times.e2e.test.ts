import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Event, ProberClock, ProberListening, type ProberPlan } from "@svclab/contracts";
import { checkoutDir, goAhead } from "@svclab/kind";

const stops = 50;
const stoppedMs = 250;
const betweenMs = 350;
/** Of the prober's reading of a stop, and of its end. */
const withinMs = 5;

test(`a server that stands still is seen to, within ${withinMs} ms, ${stops} times of ${stops}`, async (context) => {
  assert.ok(await goAhead(), "only a user that may raise a process's priority can try this");
  const port = await nullServer(context);
  const { events, offsetMs, stop } = await prober(context, port.number);
  await sleep(betweenMs);
  const made: { readonly fromMs: number; readonly toMs: number }[] = [];
  for (let nth = 0; nth < stops; nth++) {
    const fromMs = nowMs();
    port.server.kill("SIGSTOP");
    await sleep(stoppedMs);
    const toMs = nowMs();
    port.server.kill("SIGCONT");
    made.push({ fromMs, toMs });
    // Not in step with the prober's own times.
    await sleep(betweenMs + nth * 1.37);
  }
  await stop();
  // Each that was sent while it stood still is answered once it goes on.
  assert.deepEqual(
    events.filter(({ kind }) => kind !== "answered"),
    [],
  );
  const answers = events
    .flatMap((event) => (event.kind === "answered" ? [event.atMs - offsetMs] : []))
    .toSorted((a, b) => a - b);
  // As a judge reads it: no answer came between these two.
  const off = made.map(({ fromMs, toMs }) => {
    const middleMs = (fromMs + toMs) / 2;
    const last = answers.findLast((atMs) => atMs < middleMs) ?? Number.NEGATIVE_INFINITY;
    const first = answers.find((atMs) => atMs > middleMs) ?? Number.POSITIVE_INFINITY;
    return [last - fromMs, first - toMs] as const;
  });
  const worst = Math.max(...off.flat().map(Math.abs));
  context.diagnostic(`${answers.length} answers; the worst reading was ${worst.toFixed(2)} ms off`);
  assert.deepEqual(
    off.filter((one) => !one.every((ms) => Math.abs(ms) <= withinMs)),
    [],
  );
});

async function nullServer(context: TestContext) {
  const script = `${checkoutDir()}/apps/prober/src/null-server.ts`;
  // Ahead of all others too: what is tried is the reading, not how soon a process gets a core.
  const server = spawn(process.execPath, [script], { stdio: ["pipe", "pipe", "inherit"] });
  context.after(() => server.kill("SIGKILL"));
  return { server, number: Number(await firstLine(server.stdout)) };
}

async function prober(context: TestContext, port: number) {
  const child: ChildProcess = spawn(
    process.execPath,
    [`${checkoutDir()}/apps/prober/src/main.ts`],
    { stdio: ["pipe", "pipe", "pipe"] },
  );
  context.after(() => child.kill("SIGKILL"));
  const { stdin, stdout, stderr } = child;
  assert.ok(stdin !== null && stdout !== null && stderr !== null);
  const plan: ProberPlan = {
    recorder: "prober@here",
    control: { host: "127.0.0.1", port: 0 },
    blindOverMs: 200,
    probes: [
      {
        ...{ kind: "http", path: "null/new@here", connection: "new", url: "/", timeoutMs: 1_000 },
        ...{ targets: ["127.0.0.1"], port, perSecond: 500 },
      },
    ],
  };
  stdin.write(`${JSON.stringify(plan)}\n`);
  const events: Event[] = [];
  const lines = createInterface({ input: stdout });
  lines.on("line", (line) => events.push(Event.parse(JSON.parse(line))));
  const { listening } = ProberListening.parse(JSON.parse(await firstLine(stderr)));
  const offsets: number[] = [];
  for (let nth = 0; nth < 9; nth++) offsets.push(await offset(listening));
  return {
    events,
    /** Its clock is ahead of this process's by so much: the middle of nine. */
    offsetMs: offsets.toSorted((a, b) => a - b)[4] ?? Number.NaN,
    stop: async () => {
      stdin.end();
      await once(lines, "close");
    },
  };
}

async function offset(port: number): Promise<number> {
  const beforeMs = nowMs();
  const answer = await fetch(`http://127.0.0.1:${port}/clock`);
  const clock = ProberClock.parse(await answer.json());
  return clock.nowMs - (beforeMs + nowMs()) / 2;
}

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

async function firstLine(input: NodeJS.ReadableStream): Promise<string> {
  const [line] = await once(createInterface({ input }), "line");
  return line;
}
