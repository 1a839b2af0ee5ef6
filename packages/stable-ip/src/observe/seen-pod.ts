import type { Pod } from "@svclab/cluster";
import type { SeenPod } from "@svclab/contracts";

/** A Pod as a judge needs it. `ready` is its own Ready condition, whatever any Service thinks. */
export function seenPod({ metadata, spec, status }: Pod): SeenPod {
  const ready = status?.conditions?.find((condition) => condition.type === "Ready");
  const [container] = status?.containerStatuses ?? [];
  return {
    podUid: metadata.uid ?? "",
    name: metadata.name,
    ip: status?.podIP || null,
    node: spec.nodeName ?? null,
    ready: ready?.status === "True",
    terminating: metadata.deletionTimestamp !== undefined,
    containerId: container?.containerID || null,
  };
}

export function describePods(pods: readonly SeenPod[]): string {
  if (pods.length === 0) return "no Pod";
  return pods
    .map((pod) => {
      const state = pod.terminating ? "terminating" : pod.ready ? "ready" : "not ready";
      return `${pod.name} ${state}`;
    })
    .join(", ");
}
