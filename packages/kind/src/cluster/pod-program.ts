import { readFile } from "node:fs/promises";
import { ToolError } from "@svclab/contracts";
import { command, tryCommand } from "../command.ts";
import type { Engine } from "../machine/decide-engine.ts";
import { onNode } from "./nodes.ts";

/** Starts a Pod's program once more, as a process of this machine: enter, then program. */
interface PodProgram {
  /** Program and arguments that start what follows them in the Pod's network and files, as its user. */
  readonly enter: readonly string[];
  /** The Pod's own program and arguments. */
  readonly program: readonly string[];
  /** The Pod's own environment. */
  readonly env: Readonly<Record<string, string>>;
}

const ctr = ["ctr", "--namespace", "k8s.io"];

/** Whether podProgram() may be asked at all: by root, where the nodes' processes are this machine's. */
export function mayStartPodPrograms(engine: Engine): boolean {
  return engine.addressesReachable && process.getuid?.() === 0;
}

/**
 * Of a running Pod of one container that does not run as root; null where this machine cannot start
 * it after all: the engine's processes are not those of this machine, or it may not enter.
 */
export async function podProgram(
  engine: Engine,
  node: string,
  podUid: string,
): Promise<PodProgram | null> {
  const inspect = ["inspect", "--format", "{{.State.Pid}}", node];
  const pid = (await command(engine.program, inspect, { env: engine.env })).trim();
  // Of an engine on another machine the process has another number, or is none here.
  const root = `/proc/${pid}/root`;
  const hostname = await readFile(`${root}/etc/hostname`, "utf8").catch(() => "");
  if (hostname.trim() !== node) return null;
  const own = `${root}/proc/${await processOf(engine, node, podUid)}`;
  const status = await readFile(`${own}/status`, "utf8");
  const [user = 0, group = 0] = ["Uid", "Gid"].map((id) => idIn(status, id));
  // A program of root's would have all of this machine's rights.
  if (user === 0 || group === 0) return null;
  const enter = [
    ...["setpriv", "--no-new-privs", "nsenter", `--mount=${own}/ns/mnt`, `--net=${own}/ns/net`],
    ...["--setgid", `${group}`, "--setuid", `${user}`, "--"],
  ];
  const program = await wordsOf(`${own}/cmdline`);
  const env = Object.fromEntries((await wordsOf(`${own}/environ`)).map(variable));
  const [first = "", ...others] = [...enter, program[0] ?? "", "--version"];
  const entered = await tryCommand(first, others, { env: onlyThese(env) }).catch(() => null);
  return entered?.exitCode === 0 ? { enter, program, env } : null;
}

/** Its number on the node. */
async function processOf(engine: Engine, node: string, podUid: string): Promise<string> {
  const ofPod = `labels."io.cri-containerd.kind"==container,labels."io.kubernetes.pod.uid"==${podUid}`;
  const listed = await onNode(engine, node, [...ctr, "containers", "list", "--quiet", ofPod]);
  const ids = listed.split("\n").filter((id) => id !== "");
  const tasks = await onNode(engine, node, [...ctr, "tasks", "list"]);
  const rows = tasks.split("\n").map((line) => line.split(/\s+/));
  const row = rows.find(([id = "", , state]) => ids.includes(id) && state === "RUNNING");
  if (row?.[1] !== undefined) return row[1];
  throw new ToolError({
    code: "pod-not-running",
    expected: `a running container of the Pod ${podUid} on ${node}`,
    found: ids.join(", ") || "no container of it",
    todo: "read its state: kubectl get pods --all-namespaces --output wide",
  });
}

/** The effective one, from proc_pid_status(5): real, effective, saved, file system's. */
function idIn(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+\\d+\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
}

/** Without the variables of this process, which a command has otherwise. */
function onlyThese(env: Readonly<Record<string, string>>): Record<string, string | undefined> {
  const none = Object.keys(process.env).map((name) => [name, undefined]);
  return { ...Object.fromEntries(none), ...env };
}

/** /proc separates words by a zero byte. */
async function wordsOf(path: string): Promise<string[]> {
  return (await readFile(path, "utf8")).split("\0").slice(0, -1);
}

function variable(text: string): [string, string] {
  const at = text.indexOf("=");
  return [text.slice(0, at), text.slice(at + 1)];
}
