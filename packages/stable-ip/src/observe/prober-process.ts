import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { PodAnswer, PodRequest } from "@svclab/cluster";
import { type Event, ProberListening, type ProberPlan, ToolError } from "@svclab/contracts";
import { bodyOf2xx, type Probing } from "./probing.ts";
import { readingOf } from "./read-events.ts";

export interface ProberProcess {
  /** Program and arguments. */
  readonly command: readonly string[];
  /** Default: this process's. */
  readonly env?: Readonly<Record<string, string>>;
  readonly plan: ProberPlan;
  readonly write: (event: Event) => void;
  readonly say: (line: string) => void;
  /** What the reader should do when it cannot be started. */
  readonly todo: string;
  /** How its control is asked; default: on this machine. */
  readonly ask?: (request: PodRequest) => Promise<PodAnswer>;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * The prober as a child of this process. What it asks, it asks from outside the cluster, or from
 * wherever its command leads.
 */
export async function startProberProcess(prober: ProberProcess): Promise<Probing> {
  const { plan, write, say, signal } = prober;
  const [program = "", ...args] = prober.command;
  signal.throwIfAborted();
  const child = spawn(program, args, {
    ...{ stdio: ["pipe", "pipe", "pipe"], env: prober.env },
    ...{ signal, killSignal: "SIGKILL" },
  });
  const closed = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, name) => resolve(name ?? `exit code ${code}`));
  });
  // A child that cannot be started, or is gone, is told of by `closed`.
  child.stdin.on("error", () => {});
  child.stdin.write(`${JSON.stringify(plan)}\n`);
  createInterface({ input: child.stdout }).on("line", readingOf(plan.recorder, write, say));
  const errors = createInterface({ input: child.stderr });
  const first = once(errors, "line").then(([line]: string[]) => line ?? "");
  const line = await Promise.race([first, closed]);
  const listening = ProberListening.safeParse(parsed(line));
  if (!listening.success) {
    child.kill("SIGKILL");
    throw new ToolError({
      code: "prober-start",
      expected: `${prober.command.join(" ")} to start`,
      found: line,
      todo: prober.todo,
    });
  }
  errors.on("line", (text) => say(`${plan.recorder}: ${text}`));
  const port = listening.data.listening;
  const ask = prober.ask ?? ((request: PodRequest) => askHere(request, signal));
  return {
    plan,
    ended: closed.then(() => {}),
    control: async (request) => bodyOf2xx(plan.recorder, await ask({ ...request, port })),
  };
}

async function askHere(
  { method, port, path, body }: PodRequest,
  signal: AbortSignal,
): Promise<PodAnswer> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, signal, ...sent });
  return { status: answer.status, body: await answer.text() };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
