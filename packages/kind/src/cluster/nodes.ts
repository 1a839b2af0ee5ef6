import { command, tryCommand } from "../command.ts";
import type { Engine } from "../machine/decide-engine.ts";

/** kind's label on its nodes; the value is kind's name of the cluster. */
export const clusterLabel = "io.x-k8s.kind.cluster";

/** As kind names the nodes of k8s/kind/cluster.yaml. */
export function nodeNames(cluster: string, workers: number): string[] {
  const names = Array.from({ length: workers }, (_, at) => `worker${at === 0 ? "" : at + 1}`);
  return ["control-plane", ...names].map((name) => `${cluster}-${name}`);
}

/** More than one machine carries. */
export const mostWorkers = 5;

export interface NodeContainer {
  readonly name: string;
  readonly running: boolean;
  readonly imageId: string;
}

/** The cluster's node containers, running or not. */
export async function nodeContainers(engine: Engine, cluster: string): Promise<NodeContainer[]> {
  const listed = await command(
    engine.program,
    ["ps", "--all", "--filter", `label=${clusterLabel}=${cluster}`, "--format", "{{.Names}}"],
    { env: engine.env },
  );
  const names = listed.split("\n").filter((name) => name !== "");
  if (names.length === 0) return [];
  const inspected = await tryCommand(
    engine.program,
    ["inspect", "--format", "{{.Name}} {{.State.Running}} {{.Image}}", ...names],
    { env: engine.env },
  );
  // One that has gone since it was listed is told on standard error only.
  return inspected.stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split(" "))
    .map(([name = "", running, imageId = ""]) => ({
      // docker puts a slash before it.
      name: name.replace(/^\//, ""),
      running: running === "true",
      imageId,
    }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Runs a program on a node, as root in the node's own namespaces. */
export async function onNode(
  engine: Engine,
  node: string,
  argv: readonly string[],
  input?: string,
): Promise<string> {
  const interactive = input === undefined ? [] : ["--interactive"];
  return command(engine.program, ["exec", ...interactive, node, ...argv], {
    env: engine.env,
    timeoutMs: 30_000,
    ...(input === undefined ? {} : { input }),
  });
}

/** Holds all processes of a node still, or lets them go on. */
export async function pauseNode(engine: Engine, node: string, paused: boolean): Promise<void> {
  await command(engine.program, [paused ? "pause" : "unpause", node], {
    env: engine.env,
    timeoutMs: 30_000,
  });
}

/** The last lines that a node's kubelet and container runtime wrote. */
export async function nodeLog(engine: Engine, node: string, lines: number): Promise<string> {
  const found = await tryCommand(
    engine.program,
    [
      "exec",
      node,
      "journalctl",
      "--no-pager",
      "-u",
      "kubelet",
      "-u",
      "containerd",
      "-n",
      String(lines),
    ],
    { env: engine.env, timeoutMs: 10_000 },
  );
  if (found.exitCode === 0 && found.stdout.trim() !== "") return found.stdout.trim();
  const log = await tryCommand(engine.program, ["logs", "--tail", String(lines), node], {
    env: engine.env,
    timeoutMs: 10_000,
  });
  return `${log.stdout}${log.stderr}`.trim();
}
