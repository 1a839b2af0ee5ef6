import { symlink } from "node:fs/promises";
import { join } from "node:path";
import type { HostPrograms } from "./cluster/up-options.ts";
import { type BuildPlace, buildPart, dropCompilerCache, isBuilt } from "./images/build-part.ts";
import type { Lock } from "./images/lock.ts";
import { type Came, lineProgress } from "./images/progress.ts";
import type { Lab } from "./lab.ts";
import { buildPlace } from "./lab-images.ts";
import { requireDisk } from "./machine/disk.ts";
import { ensureHostBinary } from "./machine/host-binaries.ts";
import type { HostBinaryName } from "./machine/release-lock.ts";

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
