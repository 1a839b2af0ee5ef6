import { setTimeout as sleep } from "node:timers/promises";
import { apiAnswers, type Kubectl } from "./kubectl.ts";
import { nodeLog, nodeNames } from "./nodes.ts";
import type { ClusterPlace } from "./place.ts";
import type { UpOptions } from "./up-options.ts";
import { waitFor } from "./wait-for.ts";

/** @throws ToolError node-not-ready, with what the first such node says of itself */
export async function nodesReady(
  place: ClusterPlace,
  options: UpOptions,
  kubectl: Kubectl,
  limitMs: number,
): Promise<void> {
  let unready = nodeNames(place.cluster, 0)[0] ?? "";
  await waitFor(
    async () => {
      const ready = '{.status.conditions[?(@.type=="Ready")]';
      const text = await kubectl([
        ...["get", "nodes", "-o"],
        `jsonpath={range .items[*]}{.metadata.name} ${ready}.status} ${ready}.message}{"\\n"}{end}`,
      ]);
      const nodes = text.trim().split("\n");
      const found = nodes.find((node) => node.split(" ")[1] !== "True");
      if (found === undefined && nodes.length === 1 + options.workers) return undefined;
      unready = found?.split(" ")[0] || unready;
      return found ?? `${nodes.length} of ${1 + options.workers} nodes`;
    },
    {
      code: "node-not-ready",
      what: "all nodes to be Ready",
      limitMs,
      todo: "read the node's log above; less may have to run on this machine at the same time, or SVCLAB_PATIENCE=2 waits longer",
      evidence: () => nodeLog(options.engine, unready, 8),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    },
  );
}

/** @throws ToolError dns-not-ready, with the Pods as they are */
export async function dnsReady(
  kubectl: Kubectl,
  limitMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const own = ["-n", "kube-system"];
  await waitFor(
    async () => {
      const state = ["rollout", "status", "deployment/coredns", "--watch=false"];
      const told = (await kubectl([...own, ...state])).trim();
      return told.endsWith("successfully rolled out") ? undefined : told;
    },
    {
      code: "dns-not-ready",
      what: "cluster DNS to be ready",
      limitMs,
      todo: "less may have to run on this machine at the same time; SVCLAB_PATIENCE=2 waits longer",
      evidence: () => kubectl([...own, "get", "pods", "-o", "wide"]),
      ...(signal === undefined ? {} : { signal }),
    },
  );
}

/** Slow is not gone: a cluster that is whole by all other signs gets its time to say so. */
export async function answersInTime(kubectl: Kubectl, limitMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + limitMs;
  while (!(await apiAnswers(kubectl))) {
    if (performance.now() > deadlineMs) return false;
    await sleep(500);
  }
  return true;
}
