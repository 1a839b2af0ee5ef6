import { command, tryCommand } from "../command.ts";

/** kubectl with one kubeconfig and one context, both given each time. */
export interface Kubectl {
  (args: readonly string[], input?: string): Promise<string>;
  readonly program: string;
  readonly kubeconfig: string;
}

export function kubectlFor(program: string, kubeconfig: string, context: string): Kubectl {
  const call = (args: readonly string[], input?: string) =>
    command(program, ["--kubeconfig", kubeconfig, "--context", context, ...args], {
      timeoutMs: limitMs(args),
      ...(input === undefined ? {} : { input }),
    });
  return Object.assign(call, { program, kubeconfig });
}

/** A minute, or for what waits by itself (`--timeout=90s`) that and a little more. */
function limitMs(args: readonly string[]): number {
  const own = args.map((arg) => /^--timeout=([\d.]+)s$/.exec(arg)?.[1]).find((found) => found);
  return own === undefined ? 60_000 : Number(own) * 1_000 + 5_000;
}

/** True when the API server says that it is ready. */
export async function apiAnswers(kubectl: Kubectl): Promise<boolean> {
  const found = await tryCommand(
    kubectl.program,
    ["--kubeconfig", kubectl.kubeconfig, "get", "--raw", "/readyz", "--request-timeout=3s"],
    {},
  );
  return found.exitCode === 0 && found.stdout.trim() === "ok";
}
