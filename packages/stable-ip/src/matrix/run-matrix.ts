import { basename, join } from "node:path";
import { type Event, historyFormat, type KillMode, type SeenPod } from "@svclab/contracts";
import { rollOut } from "../kill/roll-out.ts";
import { limits as decided } from "../limits.ts";
import { type Checker, readChecker } from "../observe/checker.ts";
import { startClusterProber } from "../observe/cluster-prober.ts";
import { compareClocks } from "../observe/compare-clocks.ts";
import type { Fact } from "../observe/fact.ts";
import { applyAll } from "../observe/manifests.ts";
import { blindOverMs } from "../observe/plans.ts";
import { startProberProcess } from "../observe/prober-process.ts";
import { nowAt, superviseProber } from "../observe/probing.ts";
import { tellStalls } from "../observe/tell-stalls.ts";
import { until } from "../observe/wait.ts";
import { watch } from "../observe/watch.ts";
import { watchRules } from "../observe/watch-rules.ts";
import { World } from "../observe/world.ts";
import type { RunRequest } from "../run.ts";
import { type Ended, type Recorded, withHistory } from "../with-history.ts";
import { kills, type MatrixHands, whole } from "./kills.ts";
import { type MatrixLab, matrixNames } from "./lab.ts";
import { onHost, onWorker } from "./plans.ts";

export interface BlockRequest
  extends Pick<
    RunRequest,
    | "cluster"
    | "nodeShell"
    | "nodeFollow"
    | "runDir"
    | "manifests"
    | "images"
    | "hostProber"
    | "podProgram"
    | "nodesReachable"
    | "commit"
    | "say"
    | "signal"
    | "clock"
  > {
  readonly lab: MatrixLab;
  readonly kill: KillMode;
  readonly rounds: number;
  readonly pauseNode: MatrixHands["pauseNode"];
}

/** What is answered by DNS or by rules may be as it was for so long. */
const quietMs = decided.dnsLateMs + decided.watchLateMs;
/** Requests last 1 s at most: all that a kill cost is over after this. */
const settleMs = 1_500;
/** A new cluster's proxies learn their rules late. */
const steadyMs = 60_000;
/** After an outage of the API server its controllers come back late: they wait longer each time. */
const anewMs = 400_000;

/**
 * The same kill so many times, each when all is as it was before the last, and what every way to the
 * Pods answered meanwhile. Whatever was changed is taken back before this resolves or rejects.
 * @throws ToolError where the cluster cannot be asked or a recorder is lost; the signal's reason.
 */
export async function runBlock(request: BlockRequest): Promise<Ended> {
  const { cluster, manifests, images, signal } = request;
  const checker = await readChecker(join(manifests, "checker"), images);
  await applyAll(cluster, checker.objects, signal);
  return withHistory(request, blockBegan(request), (recorded) => act(request, checker, recorded));
}

async function act(request: BlockRequest, checker: Checker, recorded: Recorded): Promise<number> {
  const { cluster, nodeShell, pauseNode, lab, kill, rounds, say } = request;
  const { record, clock, signal } = recorded;
  const { namespace } = matrixNames;
  const { deployment } = subjectOf(request);
  const world = new World();
  const hands: MatrixHands = {
    ...{ ...recorded, cluster, nodeShell, pauseNode, namespace, deployment, world, lab },
    replicas: lab.replicas,
  };
  const answered = answers(recorded, request);
  const recorders = await start(request, checker, { ...recorded, world });
  await recorders.compare();
  await until(clock, signal, {
    what: "every way to the Pods to answer",
    look: () => (answered().length === 0 ? true : null),
    seen: () => `no answer on ${answered().join(", ")}`,
    limitMs: steadyMs,
  });
  const { before, kill: cause, of, anew, renews } = kills[kill];
  // A new Pod for each place is also the proof that every controller is at work.
  await rollOut(hands, anewMs);
  await before?.(hands);
  record({ kind: "steady" });
  const killed = new Set<string>();
  for (let round = 1; round <= rounds; round++) {
    say(`${kill}, round ${round} of ${rounds}`);
    const pod = await subject(hands, of, killed);
    if (of === "pod") killed.add(pod.podUid);
    await clock.sleep(quietMs, signal);
    const about =
      of === "nobody" ? { podUid: null, podIp: null } : { podUid: pod.podUid, podIp: pod.ip };
    record({ kind: "kill-round-began", kill, ...about });
    await cause(hands, pod);
    await whole(hands, renews ? pod : null);
    await clock.sleep(settleMs, signal);
    record({ kind: "kill-round-ended", kill });
    if (anew) await rollOut(hands, anewMs);
  }
  await recorders.compare();
  const lookedUntilMs = clock.nowMs();
  await recorders.stop();
  return lookedUntilMs;
}

/**
 * A ready Pod that was not killed yet, as one that was is started again later and later; or one of the
 * node that has the most, so that each round takes as many away.
 */
async function subject(
  hands: MatrixHands,
  of: "pod" | "node" | "nobody",
  killed: ReadonlySet<string>,
): Promise<SeenPod> {
  const onNode = (pod: SeenPod) => hands.world.readyPods.filter(({ node }) => node === pod.node);
  const find = () => {
    const left = hands.world.readyPods.filter(({ podUid }) => !killed.has(podUid));
    return of === "node"
      ? left.toSorted((a, b) => onNode(b).length - onNode(a).length)[0]
      : left[0];
  };
  if (find() === undefined) await rollOut(hands);
  const pod = find();
  if (pod === undefined) throw new RangeError("there is no ready Pod to kill");
  return pod;
}

const subjectOf = ({ lab, kill }: BlockRequest) => lab.subjects[kills[kill].subject ?? "target"];

/** What is asked from each worker, and from this machine. */
function plansOf(request: BlockRequest) {
  const { lab } = request;
  const { deployment } = subjectOf(request);
  return {
    inside: lab.workers.map((node) => ({ node, plan: onWorker(lab, deployment, node) })),
    outside: onHost(lab, deployment),
  };
}

/** The paths that have not answered yet. */
function answers(recorded: Recorded, request: BlockRequest): () => string[] {
  const { inside, outside } = plansOf(request);
  const plans = [...inside.map(({ plan }) => plan), outside];
  const silent = new Set(plans.flatMap((plan) => plan?.probes.map(({ path }) => path) ?? []));
  recorded.onEvent((event: Event) => {
    if (event.kind === "answered" && event.status === 200) silent.delete(event.path);
  });
  return () => [...silent];
}

async function start(
  request: BlockRequest,
  checker: Checker,
  recording: Recorded & { readonly world: World },
) {
  const { lab, hostProber, say } = request;
  const { clock, record, fail, signal } = recording;
  const watching = new AbortController();
  const untilStopped = { ...recording, signal: AbortSignal.any([signal, watching.signal]) };
  const { namespace } = matrixNames;
  const { deploymentUid: workloadUid } = subjectOf(request);
  const watched = Promise.all([
    watch({ ...request, ...untilStopped, namespace, workloadUid }),
    tellStalls(blindOverMs, record, untilStopped),
    watchRules({ ...request, ...untilStopped, nodes: lab.nodes, namespace }),
  ]);
  watched.catch(fail);
  const { inside, outside } = plansOf(request);
  const started = inside.map(({ node, plan }) => {
    const wanted = { template: checker.prober, name: `prober-${node}`, node, plan };
    const asking = { ...request, ...recording, ...wanted };
    return startClusterProber(asking, asking);
  });
  const host = { command: hostProber, todo: "run npm ci, then try again", say };
  if (outside !== null) started.push(startProberProcess({ ...recording, ...host, plan: outside }));
  const probers = await Promise.all(started);
  const stops = probers.map((prober) => superviseProber(prober, fail, signal));
  return {
    compare: async () => {
      for (const prober of probers)
        record(await compareClocks(clock, prober.plan.recorder, () => nowAt(prober)));
    },
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()));
      watching.abort();
      // A watch that is still blind says so when it ends.
      await watched;
    },
  };
}

function blockBegan(request: BlockRequest): Fact {
  const { runDir, commit, lab, nodesReachable } = request;
  const { replicas, nodes, workers, nodeAddresses } = lab;
  return {
    ...{ kind: "run-began", format: historyFormat, run: basename(runDir), commit },
    ...{ claims: [], faults: [], control: false, violation: null },
    world: {
      workload: `deployment/${subjectOf(request).deployment}`,
      ...{ replicas, nodes: [...nodes], workers: [...workers] },
      ...{ nodeAddresses: { ...nodeAddresses }, serviceNetwork: "", nodesReachable },
    },
  };
}
