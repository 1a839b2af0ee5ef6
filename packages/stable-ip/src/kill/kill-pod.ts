import { kinds } from "@svclab/cluster";
import { type EventOf, type SeenPod, ToolError } from "@svclab/contracts";
import type { Hands } from "./hands.ts";

export type How = EventOf<"pod-kill-sent">["how"];

/**
 * Kills one Pod and writes it down as of just before: nothing that the kill did can have happened
 * earlier. A kill that was not accepted is not written.
 */
export async function killPod(hands: Hands, pod: SeenPod, how: How): Promise<void> {
  const { clock, record } = hands;
  const { podUid, ip, node } = pod;
  if (ip === null || node === null) throw notRunning(pod);
  const sentMs = clock.nowMs();
  await send[how](hands, pod);
  record({ kind: "pod-kill-sent", podUid, podIp: ip, node, how }, sentMs);
}

const send: Readonly<Record<How, (hands: Hands, pod: SeenPod) => Promise<unknown>>> = {
  graceful: (hands, pod) => deletePod(hands, pod, undefined),
  force: (hands, pod) => deletePod(hands, pod, 0),
  sigkill: (hands, pod) => signalContainer(hands, pod, "SIGKILL"),
};

/** Sends a signal to the process of a Pod's container. */
export function signalContainer(
  { nodeShell }: Pick<Hands, "nodeShell">,
  pod: SeenPod,
  signal: "SIGKILL" | "SIGSTOP" | "SIGCONT",
): Promise<string> {
  const id = containerOf(pod);
  return nodeShell(pod.node ?? "", ["ctr", "-n", "k8s.io", "tasks", "kill", "-s", signal, id]);
}

async function deletePod(
  { cluster, namespace, signal }: Hands,
  { name, podUid }: SeenPod,
  graceSeconds: number | undefined,
): Promise<void> {
  const grace = graceSeconds === undefined ? {} : { graceSeconds };
  await cluster.remove({ ...kinds.pod, namespace, name }, { uid: podUid, ...grace }, signal);
}

/** containerd's own id of the Pod's container. */
export function containerOf(pod: SeenPod): string {
  const id = /^containerd:\/\/(.+)$/.exec(pod.containerId ?? "")?.[1];
  if (id === undefined) throw notRunning(pod);
  return id;
}

function notRunning(pod: SeenPod): ToolError {
  return new ToolError({
    code: "pod-not-running",
    expected: `Pod ${pod.name} to have a node, an address and a container of containerd`,
    found: JSON.stringify({ node: pod.node, ip: pod.ip, containerId: pod.containerId }),
    todo: "wait until every Pod is ready, then run again",
  });
}
