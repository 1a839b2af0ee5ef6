import { randomUUID } from "node:crypto";
import { kinds } from "@svclab/cluster";
import { ToolError } from "@svclab/contracts";
import type { DatabaseHands, PlacedMember } from "./hands.ts";
import { databaseNames } from "./lab.ts";

const inContainers = ["ctr", "-n", "k8s.io", "tasks"];

export function placed({ world }: DatabaseHands, pod: string): PlacedMember {
  const found = world.pods.find(({ name, terminating }) => name === pod && !terminating);
  if (found?.node === undefined || found.node === null) throw notRunning(pod, "no node");
  return { pod, podUid: found.podUid, node: found.node };
}

/** The member that leads now. @throws ToolError where none is known */
export function primaryNow(hands: DatabaseHands): PlacedMember & { readonly serverUuid: string } {
  const leader = hands.members.primary;
  if (leader === null)
    throw notRunning("the primary", "no member, or more than one, says that it is");
  return { ...placed(hands, leader.pod), serverUuid: leader.serverUuid };
}

/** containerd's id of one of a member's containers. */
async function containerOf(hands: DatabaseHands, pod: string, name: string): Promise<string> {
  const where = { namespace: databaseNames.namespace, name: pod };
  const found = await hands.cluster.get(kinds.pod, where, hands.signal);
  const status = found?.status?.containerStatuses?.find((each) => each.name === name);
  const id = /^containerd:\/\/(.+)$/.exec(status?.containerID ?? "")?.[1];
  if (id === undefined) throw notRunning(pod, `no container ${name}`);
  return id;
}

type Process = "mysqld" | "node";
const containerWith: Readonly<Record<Process, string>> = { mysqld: "mysqld", node: "agent" };

/** Sends a signal to the server (or the agent) of a member, not to the shell that started it. */
export async function signalProcess(
  hands: DatabaseHands,
  { pod, node }: PlacedMember,
  signal: "KILL" | "STOP" | "CONT",
  process: Process = "mysqld",
): Promise<void> {
  const id = await containerOf(hands, pod, containerWith[process]);
  const pids = `${inContainers.join(" ")} ps ${id} | tail -n +2 | cut -d' ' -f1`;
  const script = `sent=; for pid in $(${pids}); do
    [ "$(basename "$(readlink /proc/$pid/exe)")" != ${process} ] || { kill -${signal} "$pid" && sent=1; }
  done; [ -n "$sent" ]`;
  await hands.nodeShell(node, ["sh", "-c", script]);
}

/**
 * Runs statements on a member's own server. The password goes in with them: a command line is told
 * in errors and in lists of processes.
 */
export async function sqlOn(
  hands: DatabaseHands,
  { pod, node }: PlacedMember,
  user: "agent" | "writer" | "replication",
  statements: string,
): Promise<string> {
  const where = { namespace: databaseNames.namespace, name: `mysql-${user}` };
  const secret = await hands.cluster.get(kinds.secret, where, hands.signal);
  const password = Buffer.from(secret?.data?.["password"] ?? "", "base64").toString();
  const id = await containerOf(hands, pod, "mysqld");
  const client = `mysql -h127.0.0.1 -u${user} --ssl-mode=REQUIRED -N -B`;
  const script = `read -r MYSQL_PWD; export MYSQL_PWD; exec ${client}`;
  const argv = [...inContainers, "exec", "--exec-id", randomUUID(), id, "sh", "-c", script];
  return hands.nodeShell(node, argv, `${password}\n${statements};\n`);
}

function notRunning(what: string, found: string): ToolError {
  return new ToolError({
    code: "member-not-running",
    expected: `${what} to run in a group with one primary`,
    found,
    todo: "see kubectl get pods -n svclab --label-columns svclab/role, then run again",
  });
}
