import { ToolError } from "@svclab/contracts";
import { x } from "tinyexec";

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Called with the process id as soon as there is one. */
  readonly onStart?: (pid: number) => void;
  /** Called with each line of both outputs as it comes. */
  readonly onLine?: (line: string) => void;
  /** What the reader should do when the command fails. */
  readonly todo?: string;
}

export interface CommandResult {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const keptLines = 12;

let starter: readonly string[] = [];

/** From now on every program is started by this one, with its arguments: chrt, nice and the like. */
export function startWith(programAndArgs: readonly string[]): void {
  starter = programAndArgs;
}

/** Program and arguments by which a program is to be started, as startWith() says. */
export function starting(program: string, args: readonly string[]): [string, ...string[]] {
  return [...starter, program, ...args] as [string, ...string[]];
}

/** Runs a program to its end, whatever its exit code. Throws only when it cannot be started. */
export async function tryCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const [first, ...others] = starting(program, args);
  const running = x(first, others, {
    throwOnError: false,
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.input === undefined ? {} : { stdin: options.input }),
    nodeOptions: {
      env: { ...process.env, ...options.env } as NodeJS.ProcessEnv,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    },
  });
  if (running.pid !== undefined) options.onStart?.(running.pid);
  if (options.onLine === undefined) {
    const { exitCode, stdout, stderr } = await running;
    return { exitCode, stdout, stderr };
  }
  const lines: string[] = [];
  for await (const line of running) {
    options.onLine(line);
    lines.push(line);
  }
  const { exitCode } = await running;
  return { exitCode, stdout: lines.join("\n"), stderr: "" };
}

/** Runs a program and returns its standard output; a failure is a ToolError with the last lines. */
export async function command(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const result = await tryCommand(program, args, options);
  if (result.exitCode === 0) return result.stdout;
  const lines = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-keptLines);
  throw new ToolError({
    code: "command-failed",
    expected: `${[program, ...args].join(" ").slice(0, 300)} to succeed`,
    found: `exit code ${result.exitCode ?? "none (killed or timed out)"}\n    ${lines.join("\n    ")}`,
    todo: options.todo ?? "read the lines above",
  });
}
