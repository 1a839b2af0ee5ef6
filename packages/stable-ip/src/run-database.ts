import { basename, join } from "node:path";
import type { DatabaseFault } from "@svclab/contracts";
import { historyFormat } from "@svclab/contracts";
import { causeDatabaseFault, wholeAgain } from "./database/faults.ts";
import type { DatabaseHands } from "./database/hands.ts";
import { type DatabaseLab, databaseNames, readDatabaseLab } from "./database/lab.ts";
import { limits } from "./database/limits.ts";
import { Members, watchMembers } from "./database/members.ts";
import { readMembers } from "./database/read-members.ts";
import { violateDatabase } from "./database/violate.ts";
import { startWriter } from "./database/writer.ts";
import { type Checker, readChecker } from "./observe/checker.ts";
import { compareClocks } from "./observe/compare-clocks.ts";
import type { Fact } from "./observe/fact.ts";
import { applyAll } from "./observe/manifests.ts";
import { blindOverMs } from "./observe/plans.ts";
import { nowAt, superviseProber } from "./observe/probing.ts";
import { tellStalls } from "./observe/tell-stalls.ts";
import { until } from "./observe/wait.ts";
import { watch } from "./observe/watch.ts";
import { World } from "./observe/world.ts";
import { report } from "./report/report.ts";
import type { RunRequest, RunResult } from "./run.ts";
import { verify } from "./verify/verify.ts";
import { type Recorded, withHistory } from "./with-history.ts";

export interface DatabaseRunRequest
  extends Omit<RunRequest, "loadScript" | "hostProber" | "nodeFollow"> {
  /** In this order. */
  readonly faults: readonly DatabaseFault[];
  /** How many notes must be acknowledged. */
  readonly writes: number;
  readonly pauseNode: DatabaseHands["pauseNode"];
}

/**
 * As run(), for what is claimed of the database: notes are written all the time, and at the end
 * each member is asked what it has.
 */
export async function runDatabase(request: DatabaseRunRequest): Promise<RunResult> {
  const { cluster, manifests, images, signal, say } = request;
  say("preflight");
  const checker = await readChecker(join(manifests, "checker"), images);
  const lab = await readDatabaseLab(cluster, signal);
  await applyAll(cluster, checker.objects, signal);
  const { history, stopped } = await withHistory(request, runBegan(request, lab), (recorded) =>
    act(request, lab, checker, recorded),
  );
  const judged = verify(history, request.claims);
  return { history, report: report(history, judged, request.parts), stopped };
}

async function act(
  request: DatabaseRunRequest,
  lab: DatabaseLab,
  checker: Checker,
  recorded: Recorded,
): Promise<number> {
  const { cluster, nodeShell, pauseNode, say, control = false } = request;
  const { record, write, onEvent, clock, signal, fail } = recorded;
  const { namespace } = databaseNames;
  const world = new World();
  const members = new Members();
  let acknowledged = 0;
  const hands: DatabaseHands = {
    ...{ ...recorded, cluster, nodeShell, pauseNode, namespace, lab, members, world },
    acknowledged: () => acknowledged,
  };
  onEvent((event) => {
    if (event.kind === "note-answered" && event.outcome === "acknowledged") acknowledged += 1;
  });

  say("recorders start");
  const recorders = Promise.all([
    watch({ ...hands, workloadUid: lab.workloadUid }),
    watchMembers(members, hands),
    tellStalls(blindOverMs, record, hands),
  ]);
  recorders.catch(fail);
  const run = basename(request.runDir);
  const { calmNode: node, dnsServer } = lab;
  const { podProgram } = request;
  const writing = { template: checker.writer, node, dnsServer, run, podProgram, write, say };
  const writer = await startWriter(writing, hands);
  const stopWriter = superviseProber(writer, fail, signal);
  const compare = async () =>
    record(await compareClocks(clock, writer.plan.recorder, () => nowAt(writer)));
  await compare();
  await wholeAgain(hands, "the group to be whole");
  record({ kind: "steady" });

  if (request.violation !== undefined) {
    say(`violation ${request.violation.name}: ${request.violation.text}`);
    await violateDatabase(hands, request.violation, {
      run,
      variants: join(request.manifests, "variants"),
      writer,
    });
  }
  for (const fault of control ? [] : request.faults) {
    say(`fault ${fault}`);
    await causeDatabaseFault(fault, hands);
    say(`${acknowledged} notes acknowledged`);
  }
  await until(clock, signal, {
    what: `${request.writes} notes to be acknowledged`,
    look: () => acknowledged >= request.writes || null,
    seen: () => `${acknowledged}`,
    limitMs: limits.writesMs,
    everyMs: 200,
  });

  say("notes end, and are read from each member");
  await compare();
  await writer.endNotes();
  await readMembers(hands, writer, say);
  const lookedUntilMs = clock.nowMs();
  await stopWriter();
  return lookedUntilMs;
}

function runBegan(request: DatabaseRunRequest, lab: DatabaseLab): Fact {
  const { claims, control = false, violation, commit, faults, writes } = request;
  return {
    kind: "run-began",
    format: historyFormat,
    run: basename(request.runDir),
    commit,
    claims: claims.map((claim) => claim.id),
    faults: [],
    control,
    violation: violation?.name ?? null,
    world: {
      workload: `statefulset/${databaseNames.workload}`,
      replicas: databaseNames.members.length,
      nodes: [...lab.nodes],
      workers: [...lab.workers],
      nodeAddresses: {},
      serviceNetwork: "",
      nodesReachable: request.nodesReachable,
    },
    database: { faults: [...faults], writes },
  };
}
