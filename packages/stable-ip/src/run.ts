import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Cluster, kinds } from "@svclab/cluster";
import {
  type Event,
  type FaultKind,
  historyFormat,
  type Report,
  type ToolError,
} from "@svclab/contracts";
import type { Claim, History, Violation } from "./claim.ts";
import { referenceRecorder } from "./history/clocks.ts";
import { parseHistory } from "./history/jsonl.ts";
import { cause } from "./kill/faults.ts";
import type { KillingHands, NodeFollow, NodeShell } from "./kill/hands.ts";
import { tryServices } from "./kill/try-services.ts";
import { violate } from "./kill/violate.ts";
import type { Clock } from "./observe/clock.ts";
import type { PodProgramOf } from "./observe/cluster-prober.ts";
import type { Fact, RecordFact } from "./observe/fact.ts";
import { HistoryFile } from "./observe/history-file.ts";
import { type Lab, names } from "./observe/lab.ts";
import { namelessPortsRoute, tryNamelessPorts } from "./observe/nameless-ports.ts";
import { nodeRulesRoute, recordNodeRules } from "./observe/node-rules.ts";
import { blindOverMs } from "./observe/plans.ts";
import { startRecorders } from "./observe/recorders.ts";
import { steadyState } from "./observe/steady.ts";
import { ranOut } from "./observe/wait.ts";
import { seenService } from "./observe/watch-services.ts";
import { World } from "./observe/world.ts";
import { type Removals, withRemovals } from "./removals.ts";
import { report } from "./report/report.ts";
import { prepare, routesOf, type Stage } from "./stage.ts";
import { verify } from "./verify/verify.ts";

export interface RunRequest {
  readonly cluster: Cluster;
  readonly nodeShell: NodeShell;
  /** null where programs on nodes cannot be followed: their rules are not written down then. */
  readonly nodeFollow: NodeFollow | null;
  /** An existing directory without a history; its name is the run's. */
  readonly runDir: string;
  readonly claims: readonly Claim[];
  /** A mistake to make after the steady state. */
  readonly violation?: Violation;
  /** Does nothing to the cluster, so proves nothing. */
  readonly control?: boolean;
  /** The directory k8s of this repository. */
  readonly manifests: string;
  /** For each image that the manifests name, the one that is on the nodes. */
  readonly images: Readonly<Record<string, string>>;
  /** The file tests/load/spread.ts. */
  readonly loadScript: string;
  /** Program and arguments of the prober on this machine. */
  readonly hostProber: readonly string[];
  /** null where this machine cannot start a Pod's program. */
  readonly podProgram: PodProgramOf | null;
  /** False where only published ports lead in, as with an engine in a virtual machine. */
  readonly nodesReachable: boolean;
  readonly commit: string;
  /** Versions of all parts, for the report. */
  readonly parts: Readonly<Record<string, string>>;
  /** Progress, for a person. */
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

export interface RunResult {
  readonly history: History;
  readonly report: Report;
  /** What was waited for in vain, where the run stopped before its end: all is unknown then. */
  readonly stopped: ToolError | null;
}

/**
 * Changes the world, writes down what it sees, and only then judges. Whatever was put into the
 * cluster or changed there is taken back before this resolves or rejects.
 * @throws ToolError where the cluster cannot be asked or a recorder is lost; the signal's reason.
 */
export async function run(request: RunRequest): Promise<RunResult> {
  const path = join(request.runDir, "history.jsonl");
  const { say } = request;
  say("preflight");
  const stage = await prepare(request);
  const file = new HistoryFile(path);
  let stopped: ToolError | null = null;
  try {
    stopped = await withRemovals((removals) => act(request, stage, file, removals), say);
  } finally {
    await file.close();
  }
  const history = parseHistory(await readFile(path, "utf8"), path);
  const judged = verify(history, request.claims);
  return { history, report: report(history, judged, request.parts), stopped };
}

/** Time after the last change in which its effects, and their end, are still written down. */
const settleMs = 1_000;
const controlMs = 10_000;

/** Resolves to what was waited for in vain, or to null. Whatever happens, run-ended is written. */
async function act(
  request: RunRequest,
  { lab, checker, script, faults, first, clock }: Stage,
  file: HistoryFile,
  removals: Removals,
): Promise<ToolError | null> {
  const { cluster, nodeShell, claims, say, violation = null } = request;
  const { hostProber, podProgram, nodeFollow } = request;
  const { namespace, deployment } = names;
  const { replicas, workers } = lab;
  const recording = new AbortController();
  const signal = AbortSignal.any([request.signal, recording.signal]);
  const stamped = (fact: Fact, atMs = clock.nowMs()) =>
    ({ atMs, from: referenceRecorder, ...fact }) as Event;
  const write = (event: Event) => file.write(event);
  const record: RecordFact = (...fact) => write(stamped(...fact));
  const world = new World();
  let stalls = 0;
  const hands: KillingHands = {
    ...{ cluster, nodeShell, namespace, deployment, replicas },
    ...{ world, record, clock, signal, removals },
    stalls: () => stalls,
  };
  const load = { lab, template: checker.load, script, write, say };
  const onEvent = file.onEvent.bind(file);
  onEvent((event) => {
    if (event.kind === "blind" || isLate(event)) stalls += 1;
  });
  const routes = routesOf(claims);
  const steady = steadyState({ world, replicas, workers, first, clock, signal, onEvent });
  let endedMs: number | null = null;

  record(runBegan(request, lab, faults));
  try {
    say("recorders start");
    const recorders = await startRecorders({
      ...hands,
      ...{ lab, template: checker.prober, hostProber, podProgram, nodeFollow, write, say },
      routes,
      fail: (error) => recording.abort(error),
    });
    await recorders.compareClocks();
    if (first.length > 0) await recorders.ask("until-steady", true);
    await steady();
    if (first.length > 0) await recorders.ask("until-steady", false);
    record({ kind: "steady" });

    if (violation !== null) {
      say(`violation ${violation.name}: ${violation.text}`);
      await violate(hands, violation, join(request.manifests, "variants"), recorders);
    }
    const readyMs = clock.nowMs();
    for (const fault of faults) {
      say(`fault ${fault}`);
      await recorders.ask(fault, true);
      await cause(fault, hands, load, violation);
      await recorders.ask(fault, false);
    }
    const longMs = request.control ? controlMs : longestLimitMs(claims);
    await clock.sleep(Math.max(settleMs, readyMs + longMs - clock.nowMs()), signal);

    say("recorders stop");
    await recorders.compareClocks();
    for (const service of (await cluster.list(kinds.service, { namespace }, signal)).items) {
      record({ kind: "service-seen", ...seenService(service) });
    }
    if (routes.has(namelessPortsRoute)) await tryNamelessPorts({ ...hands, namespace });
    const outside = Object.values(lab.nodeAddresses)[0] ?? "";
    if (!request.control) await tryServices(hands, { routes, violation, outside });
    if (routes.has(nodeRulesRoute)) {
      const services = [names.service, names.headless];
      await recordNodeRules({ nodes: lab.nodes, namespace, services, nodeShell, record, say });
    }
    // What is judged ends here; reading the rest of the probers' logs takes some seconds more.
    const lookedUntilMs = clock.nowMs();
    await recorders.stop();
    endedMs = lookedUntilMs;
    return null;
  } catch (error) {
    if (ranOut(error)) return error;
    throw error;
  } finally {
    recording.abort(new Error("the run has ended"));
    const complete = endedMs !== null;
    file.end(stamped({ kind: "run-ended", complete }, endedMs ?? clock.nowMs()));
  }
}

/** By more than a judge allows: a stall too short to be told as one. */
function isLate(event: Event): boolean {
  const isRequest = event.kind === "answered" || event.kind === "unanswered";
  return isRequest && event.sentMs - event.scheduledMs > blindOverMs;
}

function runBegan(request: RunRequest, lab: Lab, faults: readonly FaultKind[]): Fact {
  return {
    kind: "run-began",
    format: historyFormat,
    run: basename(request.runDir),
    commit: request.commit,
    claims: request.claims.map((claim) => claim.id),
    faults: [...faults],
    control: request.control ?? false,
    violation: request.violation?.name ?? null,
    world: {
      workload: `deployment/${names.deployment}`,
      replicas: lab.replicas,
      nodes: [...lab.nodes],
      workers: [...lab.workers],
      nodeAddresses: { ...lab.nodeAddresses },
      serviceNetwork: lab.serviceNetwork,
      nodesReachable: request.nodesReachable,
    },
  };
}

/** A claim that gives the cluster some time must be watched for longer, or it could not break. */
function longestLimitMs(claims: readonly Claim[]): number {
  const given = claims.flatMap((claim) =>
    Object.entries(claim.limits).flatMap(([name, value]) => (name.endsWith("Ms") ? [value] : [])),
  );
  return Math.max(0, ...given) + 5_000;
}
