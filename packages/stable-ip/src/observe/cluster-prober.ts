import type { Event, ProberPlan } from "@svclab/contracts";
import { type PodTemplate, readCheckerPod, type Starting, startCheckerPod } from "./checker-pod.ts";
import { bodyOf2xx, type Probing } from "./probing.ts";
import { readingOf } from "./read-events.ts";

export interface ClusterProber {
  readonly template: PodTemplate;
  readonly node: string;
  readonly plan: ProberPlan;
  readonly write: (event: Event) => void;
  readonly say: (line: string) => void;
}

/** The prober as a Pod on one node: what it asks, it asks as any Pod there would. */
export async function startClusterProber(
  prober: ClusterProber,
  starting: Starting,
): Promise<Probing> {
  const { template, node, plan, write, say } = prober;
  const { recorder } = plan;
  const env = { PROBER_PLAN: JSON.stringify(plan) };
  const pod = await startCheckerPod({ template, node, name: `prober-${node}`, env }, starting);
  const ended = readCheckerPod(pod, readingOf(recorder, write, say), starting);
  return {
    plan,
    ended,
    control: async (request) => {
      const asked = { ...request, port: plan.control.port };
      const answer = await starting.cluster.askPod(pod, asked, starting.signal);
      return bodyOf2xx(recorder, answer);
    },
  };
}
