import { kinds } from "@svclab/cluster";
import { type Event, pathId } from "@svclab/contracts";
import { limits as decided } from "../limits.ts";
import { type PodTemplate, readCheckerPod, startCheckerPod } from "../observe/checker-pod.ts";
import type { Lab } from "../observe/lab.ts";
import { readingOf } from "../observe/read-events.ts";
import { connectionsToFindSkew } from "../verify/statistics.ts";
import type { Hands } from "./hands.ts";
import { limits } from "./limits.ts";

export interface Load {
  readonly lab: Lab;
  readonly template: PodTemplate;
  /** Text of tests/load/spread.ts. */
  readonly script: string;
  readonly write: (event: Event) => void;
  readonly say: (line: string) => void;
}

/**
 * Clients on each node and the time that each takes for one connection, at least: well below the 470
 * a second at which one client address runs out of ports.
 */
const clientsOnEach = 16;
const paceMs = 100;

/** New connections to the Service, one a request, from every worker the same number of them. */
export async function spread(hands: Hands, load: Load): Promise<void> {
  const { cluster, signal, removals, replicas } = hands;
  const { lab, template, script, write, say } = load;
  const namespace = template.metadata.namespace ?? "default";
  const scriptMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "load", namespace },
    data: { "spread.ts": script },
  };
  removals.add("the load's script", (until) =>
    cluster.remove({ ...kinds.configMap, namespace, name: "load" }, {}, until),
  );
  await cluster.apply(scriptMap, signal);
  const connections = connectionsFromEach(replicas, lab.workers.length);
  const loadFrom = async (node: string) => {
    const env = {
      TARGET: `http://${lab.clusterIP}:${lab.servicePort}/echo`,
      RECORDER: `k6@${node}`,
      PATH_ID: pathId("spread", "new", node),
      NODE: node,
      CLIENTS: `${clientsOnEach}`,
      CONNECTIONS: `${connections}`,
      PACE_MS: `${paceMs}`,
      LIMIT_SECONDS: `${limitSecondsFor(connections)}`,
    };
    const pod = await startCheckerPod({ template, name: `load-${node}`, node, env }, hands);
    await readCheckerPod(pod, readingOf(`k6@${node}`, write, say), hands);
  };
  await Promise.all(lab.workers.map(loadFrom));
}

export function limitSecondsFor(connections: number): number {
  return Math.ceil((limits.loadTimes * connections * paceMs) / clientsOnEach / 1_000);
}

/** So many that the smallest skew that must be found would be. */
export function connectionsFromEach(pods: number, nodes: number): number {
  const needed = connectionsToFindSkew({
    pods,
    skew: decided.skewShare,
    alpha: decided.alphaShare,
    power: decided.powerShare,
  });
  return Math.ceil(needed / nodes);
}
