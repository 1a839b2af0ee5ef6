import type { Cluster } from "@svclab/cluster";
import type { Event, PathId, ProberPlan } from "@svclab/contracts";
import type { NodeFollow, NodeShell } from "../kill/hands.ts";
import type { Removals } from "../removals.ts";
import { type Asking, asking, atFirst } from "./asking.ts";
import type { PodTemplate } from "./checker-pod.ts";
import type { Clock } from "./clock.ts";
import { type PodProgramOf, startClusterProber } from "./cluster-prober.ts";
import { compareClocks } from "./compare-clocks.ts";
import type { RecordFact } from "./fact.ts";
import { hostPlan } from "./host-plan.ts";
import { keepTargets } from "./keep-targets.ts";
import { type Lab, names } from "./lab.ts";
import { blindOverMs, workerPlan } from "./plans.ts";
import { startProberProcess } from "./prober-process.ts";
import { nowAt, type Probing, superviseProber } from "./probing.ts";
import { tellStalls } from "./tell-stalls.ts";
import { watch } from "./watch.ts";
import { watchRules } from "./watch-rules.ts";
import type { World } from "./world.ts";

export interface Recording {
  readonly cluster: Cluster;
  readonly lab: Lab;
  /** Routes that the claims look at, for example `cluster-ip/new`. */
  readonly routes: ReadonlySet<PathId>;
  readonly template: PodTemplate;
  /** Program and arguments of the prober on this machine. */
  readonly hostProber: readonly string[];
  /** null where this machine cannot start a Pod's program. */
  readonly podProgram: PodProgramOf | null;
  readonly nodeShell: NodeShell;
  readonly nodeFollow: NodeFollow | null;
  readonly world: World;
  readonly record: RecordFact;
  readonly write: (event: Event) => void;
  readonly say: (line: string) => void;
  readonly clock: Clock;
  /** Ends everything at once. */
  readonly signal: AbortSignal;
  /** Called when a recorder cannot go on: what it would have seen is lost. */
  readonly fail: (error: unknown) => void;
  readonly removals: Removals;
}

export interface Recorders extends Asking {
  compareClocks(): Promise<void>;
  /** Ends the recorders and reads the rest of what they have to tell. */
  stop(): Promise<void>;
}

/** Starts the watch, what listens to the nodes' rules, and a prober on every worker and, where a claim needs it, on this machine. */
export async function startRecorders(recording: Recording): Promise<Recorders> {
  const { lab, routes, world, record, say, clock, signal, fail } = recording;
  const { deploymentUid } = lab;
  const watching = new AbortController();
  const untilStopped = AbortSignal.any([signal, watching.signal]);
  const watched = Promise.all([
    watch({
      ...recording,
      namespace: names.namespace,
      workloadUid: deploymentUid,
      signal: untilStopped,
    }),
    tellStalls(blindOverMs, record, { clock, signal: untilStopped }),
    watchRules({
      ...recording,
      ...{ nodes: lab.nodes, namespace: names.namespace, signal: untilStopped },
    }),
  ]);
  watched.catch(fail);
  const forHost = hostPlan(lab, routes);
  const started = await Promise.all([
    ...lab.workers.map(async (node) => {
      const plan = workerPlan(lab, routes, node);
      return { plan, prober: await onWorker(recording, node, atFirst(plan)) };
    }),
    ...(forHost === null
      ? []
      : [{ plan: forHost, prober: await onHost(recording, atFirst(forHost)) }]),
  ]);
  const probers = started.map(({ prober }) => prober);
  const stops = probers.map((prober) => superviseProber(prober, fail, signal));
  keepTargets(world, probers, say);
  return {
    ...asking(started, recording),
    compareClocks: async () => {
      for (const prober of probers) {
        record(await compareClocks(clock, prober.plan.recorder, () => nowAt(prober)));
      }
    },
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()));
      watching.abort();
      // A watch that is still blind says so when it ends.
      await watched;
    },
  };
}

function onWorker(recording: Recording, node: string, plan: ProberPlan): Promise<Probing> {
  return startClusterProber({ ...recording, name: `prober-${node}`, node, plan }, recording);
}

function onHost(recording: Recording, plan: ProberPlan): Promise<Probing> {
  const todo = "run npm ci, then try again";
  return startProberProcess({ ...recording, command: recording.hostProber, todo, plan });
}
