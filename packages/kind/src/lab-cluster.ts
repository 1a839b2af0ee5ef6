import { ToolError } from "@svclab/contracts";
import { down } from "./cluster/down.ts";
import { findOwn } from "./cluster/find-own.ts";
import type { HostLimits, ProxyMode } from "./cluster/kind-config.ts";
import { clusterMemory } from "./cluster/memory.ts";
import { type ClusterPlace, readRecord } from "./cluster/place.ts";
import { up } from "./cluster/up.ts";
import { presentKey } from "./images/build-image.ts";
import { reference } from "./images/lock.ts";
import { holdCluster, type Lab, labPlace } from "./lab.ts";
import { ensureLabImages } from "./lab-images.ts";
import { hostPrograms } from "./lab-programs.ts";

export interface UpWishes {
  readonly proxyMode: ProxyMode;
  /** Leave what was begun when it fails, to be looked at. */
  readonly retain: boolean;
  /** Default: two, as many as the claims need. */
  readonly workers?: number;
  /** Done while new nodes become ready; never rejects. */
  readonly meanwhile?: () => Promise<void>;
}

/** Images, programs and cluster: everything that `svclab up` does. */
export async function labUp(lab: Lab, name: string, options: UpWishes): Promise<boolean> {
  return holdCluster(name, () => bringUp(lab, labPlace(name), options));
}

async function bringUp(
  lab: Lab,
  place: ClusterPlace,
  { proxyMode, retain, workers = 2, meanwhile = async () => {} }: UpWishes,
): Promise<boolean> {
  if (lab.sealed) requireSealable(lab);
  // Told before images are built, which may take half an hour.
  await findOwn(lab.engine, place);
  const hostParts = ["kube", "kind", "cloud-provider-kind"];
  await ensureLabImages(lab, lab.lock.images, hostParts);
  const node = lab.lock.images["node"];
  if (node === undefined) throw new Error("the lock file has no image called node");
  return up(place, {
    checkout: lab.checkout,
    engine: lab.engine,
    programs: await hostPrograms(lab),
    nodeImage: reference(node),
    kubernetes: lab.lock.kubernetes,
    lane: (await presentKey(lab.engine, node)) === "pulled" ? "pulled" : "built",
    proxyMode,
    workers,
    host: hostLimits(lab),
    sealed: lab.sealed,
    retain,
    meanwhile,
    write: lab.write,
    ...(lab.signal === undefined ? {} : { signal: lab.signal }),
  });
}

/** A seal of routes, rules and groups on this host holds only what this host's root runs. */
function requireSealable({ host, engine }: Lab): void {
  if (host.root && !engine.elsewhere) return;
  throw new ToolError({
    code: "seal-impossible",
    expected: "root, and an engine on this machine itself, as SVCLAB_SEALED=1 asks",
    found: host.root
      ? "an engine on another machine or in a virtual one"
      : "another user than root",
    todo: "run as root with an engine of this machine, or unset SVCLAB_SEALED",
  });
}

export async function labDown(lab: Lab, name: string): Promise<boolean> {
  return holdCluster(name, () => down(labPlace(name), lab));
}

/** Bytes of memory that a cluster and all that runs in it take; see clusterMemory. */
export async function labMemory(lab: Lab, name: string): Promise<number> {
  const place = labPlace(name);
  await requireCluster(lab, place);
  return clusterMemory(lab.engine, place);
}

/** The cluster must be there, and as sealed as the caller asks. */
export async function requireCluster(lab: Lab, place: ClusterPlace): Promise<void> {
  const record = await readRecord(place);
  const todo = `./svclab ${record === undefined ? "" : `down --name ${place.name}, then ./svclab `}up --name ${place.name}`;
  if (record === undefined)
    throw new ToolError({
      code: "cluster-missing",
      expected: `cluster ${place.cluster} to be up`,
      found: "none that came up whole",
      todo,
    });
  if (lab.sealed && !record.sealed)
    throw new ToolError({
      code: "cluster-not-sealed",
      expected: `${place.cluster} to be sealed, as SVCLAB_SEALED=1 asks`,
      found: "a cluster that was brought up without",
      todo,
    });
}

function hostLimits({ host, engine }: Lab): HostLimits {
  const restricted = engine.name === "podman" && engine.hostIsLinux && !host.mayRaiseLimits;
  return {
    cgroupV1: engine.cgroupVersion === 1,
    limits: restricted ? { nofile: host.limits.nofile, nproc: host.limits.nproc } : null,
    mapNodePorts: engine.addressesReachable ? [] : [30080],
  };
}
