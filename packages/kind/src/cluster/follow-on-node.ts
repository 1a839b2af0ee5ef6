import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { starting } from "../command.ts";
import type { Engine } from "../machine/decide-engine.ts";

/**
 * The program ends with its standard input. An engine that is told to end `exec` leaves the program
 * running on the node, and one that is killed leaves it too.
 */
const endsWithInput =
  'exec 3<&0; (cat <&3 >/dev/null; kill $$) >/dev/null 2>&1 & exec stdbuf --output=L "$@" </dev/null';
const endsWithinMs = 5_000;

/**
 * Runs a program on a node, as root in the node's own namespaces, until the signal comes. `onLine`
 * gets each line of its output as it comes. Resolves when it has ended, to what it wrote to standard
 * error and how it ended, or to null where that is because of the signal.
 */
export async function followOnNode(
  engine: Engine,
  node: string,
  argv: readonly string[],
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<string | null> {
  if (signal.aborted) return null;
  const exec = ["exec", "--interactive", node, "sh", "-c", endsWithInput, "sh", ...argv];
  const [program, ...args] = starting(engine.program, exec);
  const child = spawn(program, args, { env: { ...process.env, ...engine.env } });
  const closed = once(child, "close");
  let errors = "";
  child.stderr.on("data", (text) => {
    errors = `${errors}${text}`.slice(-1_000);
  });
  child.stdin.on("error", () => {});
  createInterface({ input: child.stdout }).on("line", onLine);
  const end = () => {
    child.stdin.end();
    setTimeout(() => child.kill("SIGKILL"), endsWithinMs).unref();
  };
  signal.addEventListener("abort", end);
  const [code, killed] = await closed;
  signal.removeEventListener("abort", end);
  return signal.aborted ? null : `${errors.trim()} (${killed ?? `exit code ${code}`})`;
}
