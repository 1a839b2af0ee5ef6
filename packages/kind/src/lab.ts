import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "@svclab/contracts";
import { apps, deliverAppImages, developmentImage } from "./app/app-images.ts";
import { install } from "./app/install.ts";
import { down } from "./cluster/down.ts";
import { findOwn } from "./cluster/find-own.ts";
import type { HostLimits, ProxyMode } from "./cluster/kind-config.ts";
import { kubectlFor } from "./cluster/kubectl.ts";
import { type ClusterPlace, clusterPlace, readRecord } from "./cluster/place.ts";
import { up } from "./cluster/up.ts";
import type { HostPrograms } from "./cluster/up-options.ts";
import { presentKey } from "./images/build-image.ts";
import { type BuildPlace, buildPart, dropCompilerCache, isBuilt } from "./images/build-part.ts";
import { type Lock, readLock, reference } from "./images/lock.ts";
import { type Came, lineProgress } from "./images/progress.ts";
import { buildPlace, ensureLabImages } from "./lab-images.ts";
import type { Engine } from "./machine/decide-engine.ts";
import { cacheDir, checkoutDir, stateDir } from "./machine/directories.ts";
import { requireDisk } from "./machine/disk.ts";
import { findEngine } from "./machine/engine.ts";
import { type Host, readHost } from "./machine/host.ts";
import { ensureHostBinary } from "./machine/host-binaries.ts";
import type { HostBinaryName } from "./machine/release-lock.ts";
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

export async function openLab(write: (line: string) => void, signal?: AbortSignal): Promise<Lab> {
  const checkout = checkoutDir();
  return {
    checkout,
    cache: cacheDir(),
    engine: await findEngine(write, signal),
    host: await readHost(),
    lock: await readLock(checkout),
    sealed: process.env["SVCLAB_SEALED"] === "1",
    write,
    ...(signal === undefined ? {} : { signal }),
  };
}

export function labPlace(name: string): ClusterPlace {
  return clusterPlace(stateDir(), name);
}

export interface UpWishes {
  readonly proxyMode: ProxyMode;
  /** Leave what was begun when it fails, to be looked at. */
  readonly retain: boolean;
  /** Default: two, as many as the claims need. */
  readonly workers?: number;
}

/** Images, programs and cluster: everything that `svclab up` does. */
export async function labUp(lab: Lab, name: string, options: UpWishes): Promise<boolean> {
  const place = labPlace(name);
  return oneAtATime(`${place.folder}.busy`, () => bringUp(lab, place, options));
}

async function bringUp(
  lab: Lab,
  place: ClusterPlace,
  { proxyMode, retain, workers = 2 }: UpWishes,
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

/** The cluster must be there, and as sealed as the caller asks. */
async function requireCluster(lab: Lab, place: ClusterPlace): Promise<void> {
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

export async function labDown(lab: Lab, name: string): Promise<boolean> {
  const place = labPlace(name);
  return oneAtATime(`${place.folder}.busy`, () => down(place, lab));
}

/** kind, kubectl and cloud-provider-kind for this host: released where that is reached, else built. */
export async function hostPrograms(lab: Lab): Promise<HostPrograms> {
  const place = buildPlace(lab, lab.host.os === "darwin" ? "darwin" : "linux");
  const came: Came[] = [];
  const ensure = async (name: HostBinaryName) =>
    (
      await ensureHostBinary(name, {
        say: lab.write,
        buildWithGo: async (program) => {
          const part = program === "kubectl" ? "kube" : program;
          came.push(await buildHostPart(lab, place, part));
          return hostProgram(place, lab.lock, program, part);
        },
        ...(lab.signal === undefined ? {} : { signal: lab.signal }),
      })
    ).path;
  const programs = {
    kind: await ensure("kind"),
    kubectl: await ensure("kubectl"),
    "cloud-provider-kind": await ensure("cloud-provider-kind"),
  };
  if (came.includes("work")) await dropCompilerCache(place);
  return programs;
}

/** Silent where it is in the cache; else with the same care and words as the images' own parts. */
async function buildHostPart(lab: Lab, place: BuildPlace, part: string): Promise<Came> {
  if (await isBuilt(place, lab.lock, part)) return "cache";
  await requireDisk(lab.cache);
  const progress = lineProgress(1, lab.write, () => performance.now());
  await progress.step(`program ${part} for this host`, async () => {
    return (await buildPart(place, lab.lock, part)).came;
  });
  return "work";
}

/** The program of all Kubernetes components goes by the name it is called with. */
async function hostProgram(
  place: BuildPlace,
  lock: Lock,
  name: string,
  part: string,
): Promise<string> {
  const { folder } = await buildPart(place, lock, part);
  const program = join(folder, name);
  if (name === "kubectl")
    await symlink("kube", program).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  return program;
}

/**
 * Builds, loads and applies the sample application; waits until it is rolled out. Resolves to the
 * image that is on the nodes for each name that the manifests use.
 */
export async function labInstall(
  lab: Lab,
  name: string,
  { faults }: { faults: boolean },
): Promise<Readonly<Record<string, string>>> {
  const place = labPlace(name);
  await requireCluster(lab, place);
  const programs = await hostPrograms(lab);
  const image = (id: string) => {
    const found = lab.lock.images[id];
    if (found === undefined) throw new Error(`the lock file has no image called ${id}`);
    return reference(found);
  };
  const images = await deliverAppImages({
    checkout: lab.checkout,
    cache: lab.cache,
    engine: lab.engine,
    kind: programs.kind,
    cluster: place.cluster,
    alsoLoad: [image("k6"), image("mysql")],
    nodejsImage: image("nodejs"),
    write: lab.write,
  });
  await install({
    checkout: lab.checkout,
    kubectl: kubectlFor(programs.kubectl, place.kubeconfig, place.context),
    images,
    faults,
    rolloutMs: 120_000,
  });
  return Object.fromEntries(apps.map((app) => [developmentImage(app), images[app]]));
}

function hostLimits({ host, engine }: Lab): HostLimits {
  const restricted = engine.name === "podman" && engine.hostIsLinux && !host.mayRaiseLimits;
  return {
    cgroupV1: engine.cgroupVersion === 1,
    limits: restricted ? { nofile: host.limits.nofile, nproc: host.limits.nproc } : null,
    mapNodePorts: engine.addressesReachable ? [] : [30080],
  };
}
