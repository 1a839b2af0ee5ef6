import type { PodRequest } from "@svclab/cluster";
import type { Event, ProberPlan } from "@svclab/contracts";
import {
  type PodTemplate,
  readCheckerPod,
  type StartedPod,
  type Starting,
  startCheckerPod,
} from "./checker-pod.ts";
import { startProberProcess } from "./prober-process.ts";
import { bodyOf2xx, type Probing } from "./probing.ts";
import { readingOf } from "./read-events.ts";

/** What starts the program of a running Pod once more, as a process of this machine. */
interface PodProgram {
  /** Program and arguments that start what follows them in the Pod's network and files. */
  readonly enter: readonly string[];
  readonly program: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** null where it turns out that this machine cannot. */
export type PodProgramOf = (node: string, pod: StartedPod) => Promise<PodProgram | null>;

const planVariable = "PROBER_PLAN";

export interface ClusterProber {
  readonly template: PodTemplate;
  readonly name: string;
  readonly node: string;
  readonly plan: ProberPlan;
  /** null where this machine cannot. */
  readonly podProgram: PodProgramOf | null;
  readonly write: (event: Event) => void;
  readonly say: (line: string) => void;
}

/**
 * The prober of a Pod on one node: what it asks, it asks as any Pod there would. Its process is
 * outside the Pod's control group where that can be, since there it may go ahead of all others
 * (docs/decisions/0014), and the Pod's own else.
 */
export async function startClusterProber(
  prober: ClusterProber,
  starting: Starting,
): Promise<Probing> {
  const { plan, podProgram, say } = prober;
  const outside = podProgram === null ? null : await startOutside(prober, podProgram, starting);
  if (outside !== null) return outside;
  say(`${plan.recorder} runs in its Pod, where others may hold it up`);
  const pod = await startPod(prober, plan, starting);
  const ended = readCheckerPod(pod, readingOf(plan.recorder, prober.write, say), starting);
  return {
    plan,
    ended,
    control: async (request) => {
      const asked = { ...request, port: plan.control.port };
      const answer = await starting.cluster.askPod(pod, asked, starting.signal);
      return bodyOf2xx(plan.recorder, answer);
    },
  };
}

async function startOutside(
  prober: ClusterProber,
  podProgram: PodProgramOf,
  starting: Starting,
): Promise<Probing | null> {
  const { node, plan } = prober;
  const { cluster } = starting;
  const place = await startPod(prober, { ...plan, probes: [] }, starting);
  const started = await podProgram(node, place);
  if (started === null) return null;
  // Beside the Pod's own.
  const control = { ...plan.control, port: plan.control.port + 1 };
  // Its plan comes as to every child: it ends with whoever started it.
  const { [planVariable]: _, ...env } = started.env;
  // Without its Pod it would ask from nowhere.
  const gone = new AbortController();
  void readCheckerPod(place, () => {}, starting)
    .catch(() => {})
    .finally(() => gone.abort());
  return startProberProcess({
    ...prober,
    ...{ command: [...started.enter, ...started.program], env, plan: { ...plan, control } },
    todo: "read what it says; to other users than root, probers run in their Pods",
    ask: (request: PodRequest) => cluster.askPod(place, request, starting.signal),
    signal: AbortSignal.any([starting.signal, gone.signal]),
  });
}

function startPod(
  { template, name, node }: ClusterProber,
  plan: ProberPlan,
  starting: Starting,
): Promise<StartedPod> {
  const env = { [planVariable]: JSON.stringify(plan) };
  return startCheckerPod({ template, node, name, env }, starting);
}
