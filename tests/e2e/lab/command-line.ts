import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { checkoutDir } from "@svclab/kind";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly tookMs: number;
}

export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Resolves with the first line that matches; rejects when the command ends without one. */
  line(pattern: RegExp): Promise<string>;
  /** To the process alone, or to its whole group as a terminal does. */
  kill(signal: NodeJS.Signals, whom: "process" | "group"): void;
}

export interface Start {
  /** Default: this checkout. */
  readonly checkout?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Put before the command, such as setpriv and its options. */
  readonly via?: readonly string[];
  /** When it is killed. */
  readonly limitMs?: number;
}

/** Of the runner that runs this test, and none of a user's. */
const notAUsers = { NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: undefined };

/** Starts ./svclab as a user would: a process group of its own, no terminal. */
export function begin(args: readonly string[], start: Start = {}): Running {
  const [program = "", ...rest] = [
    ...(start.via ?? []),
    join(start.checkout ?? checkoutDir(), "svclab"),
    ...args,
  ];
  const beganMs = performance.now();
  const child = spawn(program, rest, {
    cwd: start.cwd ?? start.checkout ?? checkoutDir(),
    env: { ...process.env, ...notAUsers, ...start.env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const pid = child.pid ?? 0;
  const kill = (signal: NodeJS.Signals, whom: "process" | "group"): void => {
    process.kill(whom === "group" ? -pid : pid, signal);
  };
  const limit = setTimeout(() => kill("SIGKILL", "group"), start.limitMs ?? 180_000);
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name]?.setEncoding("utf8").on("data", (chunk: string) => {
      text[name] += chunk;
    });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", async (code) => {
      clearTimeout(limit);
      const tookMs = performance.now() - beganMs;
      // What a killed command leaves running holds its outputs open.
      await Promise.race([once(child, "close"), sleep(500)]);
      resolve({ code, ...text, tookMs });
    });
  });
  return { pid, ended, kill, line: (pattern) => lineOf(child, text, pattern) };
}

/** Runs ./svclab to its end. */
export function svclab(args: readonly string[], start: Start = {}): Promise<Ended> {
  return begin(args, start).ended;
}

function lineOf(
  child: ChildProcess,
  text: { stdout: string; stderr: string },
  pattern: RegExp,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const found = `${text.stderr}\n${text.stdout}`.split("\n").find((line) => pattern.test(line));
      if (found !== undefined) resolve(found);
    };
    child.stdout?.on("data", look);
    child.stderr?.on("data", look);
    child.on("exit", (code) =>
      reject(new Error(`ended with ${code} before ${pattern}:\n${text.stderr}${text.stdout}`)),
    );
    look();
  });
}
