import { basename, join } from "node:path";
import { type Cluster, kinds } from "@svclab/cluster";
import { type Event, historyFormat, type Report, routeOf } from "@svclab/contracts";
import type { Claim, Violation } from "./claim.ts";
import { cause } from "./kill/faults.ts";
import type { KillingHands, NodeFollow, NodeShell } from "./kill/hands.ts";
import { tryServices } from "./kill/try-services.ts";
import { violate } from "./kill/violate.ts";
import type { Clock } from "./observe/clock.ts";
import type { PodProgramOf } from "./observe/cluster-prober.ts";
import type { Fact } from "./observe/fact.ts";
import { names } from "./observe/lab.ts";
import { namelessPortsRoute, tryNamelessPorts } from "./observe/nameless-ports.ts";
import { nodeRulesRoute, recordNodeRules } from "./observe/node-rules.ts";
import { blindOverMs } from "./observe/plans.ts";
import { startRecorders } from "./observe/recorders.ts";
import { steadyState } from "./observe/steady.ts";
import { seenService } from "./observe/watch-services.ts";
import { World } from "./observe/world.ts";
import { report } from "./report/report.ts";
import { prepare, routesOf, type Stage } from "./stage.ts";
import { verify } from "./verify/verify.ts";
import { type Ended, type Recorded, withHistory } from "./with-history.ts";

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

/** Where it stopped before its end all is unknown. */
export interface RunResult extends Ended {
  readonly report: Report;
}

/**
 * Changes the world, writes down what it sees, and only then judges. Whatever was put into the
 * cluster or changed there is taken back before this resolves or rejects.
 * @throws ToolError where the cluster cannot be asked or a recorder is lost; the signal's reason.
 */
export async function run(request: RunRequest): Promise<RunResult> {
  request.say("preflight");
  const stage = await prepare(request);
  const began = runBegan(request, stage);
  const { history, stopped } = await withHistory(request, began, (recorded) =>
    act(request, stage, recorded),
  );
  const judged = verify(history, request.claims);
  return { history, report: report(history, judged, request.parts), stopped };
}

/** Time after the last change in which its effects, and their end, are still written down. */
const settleMs = 1_000;
const controlMs = 10_000;

async function act(
  request: RunRequest,
  { lab, checker, script, faults, first }: Stage,
  recorded: Recorded,
): Promise<number> {
  const { cluster, nodeShell, claims, say, violation = null } = request;
  const { hostProber, podProgram, nodeFollow } = request;
  const { record, write, onEvent, clock, signal } = recorded;
  const { namespace, deployment } = names;
  const { replicas, workers } = lab;
  const world = new World();
  let stalls = 0;
  const answered = new Map<string, number>();
  const hands: KillingHands = {
    ...{ ...recorded, cluster, nodeShell, namespace, deployment, replicas, world },
    stalls: () => stalls,
    answers: (route) => answered.get(route) ?? 0,
  };
  const load = { lab, template: checker.load, script, write, say };
  onEvent((event) => {
    if (event.kind === "blind" || isLate(event)) stalls += 1;
    if (event.kind !== "answered" || event.status !== 200) return;
    const route = routeOf(event.path);
    answered.set(route, (answered.get(route) ?? 0) + 1);
  });
  const routes = routesOf(claims);
  const steady = steadyState({ world, replicas, workers, first, clock, signal, onEvent });

  say("recorders start");
  const recorders = await startRecorders({
    ...{ ...recorded, cluster, nodeShell, world, lab, routes, say },
    ...{ template: checker.prober, hostProber, podProgram, nodeFollow },
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
  const lookedUntilMs = clock.nowMs();
  await recorders.stop();
  return lookedUntilMs;
}

/** By more than a judge allows: a stall too short to be told as one. */
function isLate(event: Event): boolean {
  const isRequest = event.kind === "answered" || event.kind === "unanswered";
  return isRequest && event.sentMs - event.scheduledMs > blindOverMs;
}

function runBegan(request: RunRequest, { lab, faults }: Stage): Fact {
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
