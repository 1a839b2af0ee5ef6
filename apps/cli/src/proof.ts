import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "@svclab/cluster";
import type { DatabaseFault, Report } from "@svclab/contracts";
import {
  command,
  followOnNode,
  goAhead,
  holdCluster,
  hostPrograms,
  type Lab,
  labPlace,
  mayStartPodPrograms,
  onNode,
  parts,
  pauseNode,
  podProgram,
  tryCommand,
} from "@svclab/kind";
import {
  type Claim,
  type RunRequest,
  type RunResult,
  run,
  runDatabase,
  toHtml,
  toJson,
  toJUnit,
  type Violation,
} from "@svclab/stable-ip";

export interface ProofOptions {
  readonly name: string;
  readonly claims: readonly Claim[];
  readonly violation?: Violation;
  readonly control: boolean;
  /** The names that the manifests use, and the images that are on the nodes. */
  readonly images: Readonly<Record<string, string>>;
  /** Claims of the database, and not of the api: what is done to it, and how many notes it takes. */
  readonly database?: DatabasePlan;
}

export interface DatabasePlan {
  readonly faults: readonly DatabaseFault[];
  readonly writes: number;
}

export interface Proof {
  /** Folder with history.jsonl, report.json, report.html and junit.xml. */
  readonly folder: string;
  readonly report: Report;
}

/** Runs the claims on a cluster of ours and leaves what it saw and said in runs/. */
export function prove(lab: Lab, options: ProofOptions): Promise<Proof> {
  return holdCluster(options.name, () => proveHeld(lab, options));
}

async function proveHeld(lab: Lab, options: ProofOptions): Promise<Proof> {
  const watching = await observer(lab, options);
  const folder = await newRun(lab.checkout);
  const request = {
    ...watching,
    runDir: folder,
    claims: options.claims,
    ...(options.violation === undefined ? {} : { violation: options.violation }),
    control: options.control,
    commit: await commitOf(lab.checkout),
    parts: await parts(lab),
  };
  const result =
    options.database === undefined
      ? await run({
          ...request,
          loadScript: join(lab.checkout, "tests/load/spread.ts"),
        })
      : await runDatabase({ ...request, ...options.database });
  if (result.stopped !== null) lab.write(`stopped: ${result.stopped.message}`);
  await writeReports(folder, result);
  await pointLatest(lab.checkout, folder);
  return { folder, report: result.report };
}

/** What whoever watches a cluster of ours needs of it, once this process goes ahead of all others. */
export async function observer(lab: Lab, { name, images }: Pick<ProofOptions, "name" | "images">) {
  // Images that were just written to the nodes' disks would be flushed under the recorders' feet.
  await command("sync", []);
  const { kubectl } = await hostPrograms(lab);
  const { kubeconfig, context } = labPlace(name);
  const cluster = await connect({ kubeconfig, context, kubectl });
  // A recorder that is late for want of a core says so itself.
  await goAhead();
  return {
    ...{ cluster, images, manifests: join(lab.checkout, "k8s"), say: lab.write },
    signal: lab.signal ?? new AbortController().signal,
    nodeShell: (node: string, argv: string[], input?: string) =>
      onNode(lab.engine, node, argv, input),
    nodeFollow: ((node, argv, onLine, signal) =>
      followOnNode(lab.engine, node, argv, onLine, signal)) satisfies RunRequest["nodeFollow"],
    nodesReachable: lab.engine.addressesReachable,
    pauseNode: (node: string, paused: boolean) => pauseNode(lab.engine, node, paused),
    hostProber: [process.execPath, join(lab.checkout, "apps/prober/src/main.ts")],
    podProgram: mayStartPodPrograms(lab.engine)
      ? (node: string, pod: { readonly uid: string }) => podProgram(lab.engine, node, pod.uid)
      : null,
  };
}

/** A folder of its own in runs/, named by the time. */
export async function newRun(checkout: string): Promise<string> {
  const stamp = new Date().toISOString().replace(/[-:]/g, "").replace(/\..*/, "Z");
  const folder = join(checkout, "runs", stamp);
  await mkdir(join(checkout, "runs"), { recursive: true });
  try {
    await mkdir(folder);
    return folder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    // Its name is the second: the next run has the next one.
    await sleep(1_000);
    return newRun(checkout);
  }
}

async function writeReports(folder: string, { report, history }: RunResult): Promise<void> {
  await writeFile(join(folder, "report.json"), toJson(report));
  await writeFile(join(folder, "report.html"), toHtml(report, history));
  await writeFile(join(folder, "junit.xml"), toJUnit([report]));
}

async function pointLatest(checkout: string, folder: string): Promise<void> {
  const latest = join(checkout, "runs", "latest");
  await rm(latest, { force: true });
  await symlink(folder, latest);
}

/** A source archive has no commit: then the report says so. */
export async function commitOf(checkout: string): Promise<string> {
  const head = await tryCommand("git", ["-C", checkout, "rev-parse", "--short=12", "HEAD"]);
  if (head.exitCode !== 0) return "no commit";
  const changed = await command("git", ["-C", checkout, "status", "--porcelain"]);
  return `${head.stdout.trim()}${changed === "" ? "" : " with changes"}`;
}
