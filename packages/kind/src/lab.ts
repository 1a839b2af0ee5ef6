import { type ClusterPlace, clusterPlace } from "./cluster/place.ts";
import { type Lock, readLock } from "./images/lock.ts";
import type { Engine } from "./machine/decide-engine.ts";
import { cacheDir, checkoutDir, stateDir } from "./machine/directories.ts";
import { findEngine, presentEngine } from "./machine/engine.ts";
import { type Host, readHost } from "./machine/host.ts";
import { oneAtATime } from "./one-at-a-time.ts";

/** A machine made ready: an engine that answers, and where things are. */
export interface Lab {
  readonly checkout: string;
  readonly cache: string;
  readonly engine: Engine;
  readonly host: Host;
  readonly lock: Lock;
  readonly sealed: boolean;
  readonly write: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** What of a lab there is without an engine. */
export type LabFiles = Omit<Lab, "engine">;

export async function openLabFiles(write: Lab["write"], signal?: AbortSignal): Promise<LabFiles> {
  const checkout = checkoutDir();
  return {
    checkout,
    cache: cacheDir(),
    host: await readHost(),
    lock: await readLock(checkout),
    sealed: process.env["SVCLAB_SEALED"] === "1",
    write,
    ...(signal === undefined ? {} : { signal }),
  };
}

export async function openLab(write: Lab["write"], signal?: AbortSignal): Promise<Lab> {
  return { ...(await openLabFiles(write, signal)), engine: await findEngine(write, signal) };
}

/** To look only: installs nothing. Null where no engine answers. */
export async function lookAtLab(write: Lab["write"], signal?: AbortSignal): Promise<Lab | null> {
  const engine = await presentEngine(write);
  return engine === null ? null : { ...(await openLabFiles(write, signal)), engine };
}

export function labPlace(name: string): ClusterPlace {
  return clusterPlace(stateDir(), name);
}

/**
 * Runs `work` while no other command does anything to the cluster of this name.
 * @throws ToolError cluster-busy
 */
export function holdCluster<T>(name: string, work: () => Promise<T>): Promise<T> {
  return oneAtATime(`${labPlace(name).folder}.busy`, work);
}
