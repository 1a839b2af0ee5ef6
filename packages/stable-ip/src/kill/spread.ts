import { kinds } from "@svclab/cluster";
import { type Event, pathId } from "@svclab/contracts";
import { limits as decided } from "../limits.ts";
import { type PodTemplate, readCheckerPod, startCheckerPod } from "../observe/checker-pod.ts";
import type { Lab } from "../observe/lab.ts";
import { readingOf } from "../observe/read-events.ts";
import { connectionsToFindSkew } from "../verify/statistics.ts";
import type { Hands } from "./hands.ts";

export interface Load {
  readonly lab: Lab;
  readonly template: PodTemplate;
  /** Text of tests/load/spread.ts. */
  readonly script: string;
  readonly write: (event: Event) => void;
  readonly say: (line: string) => void;
}

/** Well below the 470 new connections a second at which one client address runs out of ports. */
const perSecondAndNode = 130;
/** More than are needed, for the few that a node may be ahead of another. */
const spare = 1.01;

/** New connections to the Service from every worker at a constant rate, one a request. */
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
  const seconds = secondsFor(replicas, lab.workers.length);
  const loadFrom = async (node: string) => {
    const env = {
      TARGET: `http://${lab.clusterIP}:${lab.servicePort}/echo`,
      RECORDER: `k6@${node}`,
      PATH_ID: pathId("spread", "new", node),
      NODE: node,
      RATE: `${perSecondAndNode}`,
      SECONDS: `${seconds}`,
    };
    const pod = await startCheckerPod({ template, name: `load-${node}`, node, env }, hands);
    await readCheckerPod(pod, readingOf(`k6@${node}`, write, say), hands);
  };
  await Promise.all(lab.workers.map(loadFrom));
}

/** Whole seconds of load after which the smallest skew that must be found would be. */
export function secondsFor(pods: number, nodes: number): number {
  const needed = connectionsToFindSkew({
    pods,
    skew: decided.skewShare,
    alpha: decided.alphaShare,
    power: decided.powerShare,
  });
  return Math.ceil((needed * spare) / (nodes * perSecondAndNode));
}
