import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { type Event, ProberListening, type ProberPlan, ToolError } from "@svclab/contracts";
import { bodyOf2xx, type Probing } from "./probing.ts";
import { readingOf } from "./read-events.ts";

export interface HostProber {
  /** Program and arguments. */
  readonly command: readonly string[];
  readonly plan: ProberPlan;
  readonly write: (event: Event) => void;
  readonly say: (line: string) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** The prober as a child of this process: what it asks, it asks from outside the cluster. */
export async function startHostProber(prober: HostProber): Promise<Probing> {
  const { plan, write, say, signal } = prober;
  const [program = "", ...args] = prober.command;
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  const closed = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, name) => resolve(name ?? `exit code ${code}`));
  });
  const kill = () => void child.kill("SIGKILL");
  signal.addEventListener("abort", kill, { once: true });
  // A child that cannot be started, or is gone, is told of by `closed`.
  child.stdin.on("error", () => {});
  child.stdin.write(`${JSON.stringify(plan)}\n`);
  createInterface({ input: child.stdout }).on("line", readingOf(plan.recorder, write, say));
  const errors = createInterface({ input: child.stderr });
  const first = once(errors, "line").then(([line]: string[]) => line ?? "");
  const line = await Promise.race([first, closed]);
  const listening = ProberListening.safeParse(parsed(line));
  if (!listening.success) {
    kill();
    throw new ToolError({
      code: "prober-start",
      expected: `${prober.command.join(" ")} to start`,
      found: line,
      todo: "run npm ci, then try again",
    });
  }
  errors.on("line", (text) => say(`${plan.recorder}: ${text}`));
  const url = `http://127.0.0.1:${listening.data.listening}`;
  return {
    plan,
    ended: closed.then(() => signal.removeEventListener("abort", kill)),
    control: async ({ method, path, body }) => {
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await fetch(url + path, { method, signal, ...sent });
      return bodyOf2xx(plan.recorder, { status: answer.status, body: await answer.text() });
    },
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
