import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type App, buildAppImages } from "./app/app-images.ts";
import { tryCommand } from "./command.ts";
import type { BuildPlace } from "./images/build-part.ts";
import { ensureImages } from "./images/ensure-images.ts";
import { type Lock, reference } from "./images/lock.ts";
import type { Lab } from "./lab.ts";
import { isOffline } from "./machine/directories.ts";
import { requireDisk } from "./machine/disk.ts";
import { rootfsPackages } from "./machine/install-command.ts";
import { ensurePackages } from "./machine/packages.ts";

/** Sees to it that the engine has these images, and what the host is to run if any is built. */
export async function ensureLabImages(
  lab: Lab,
  images: Lock["images"],
  hostParts: readonly string[],
): Promise<void> {
  const only = process.env["SVCLAB_LANE"];
  await ensureImages(
    buildPlace(lab, "linux"),
    lab.engine,
    { ...lab.lock, images },
    {
      offline: isOffline(),
      ...(only === "pull" || only === "build" ? { only } : {}),
      write: lab.write,
      hostParts,
      beforeWork: async () => {
        await requireDisk(lab.cache);
        if (!lab.engine.elsewhere) await requireDisk(lab.engine.storageRoot);
      },
      beforeBuild: async () => {
        const pip = await tryCommand("python3", ["-m", "pip", "--version"]).catch(() => undefined);
        const wanted = [...rootfsPackages, ...(pip?.exitCode === 0 ? [] : ["python3-pip"])];
        await ensurePackages(wanted, lab.write, lab.signal);
      },
    },
  );
}

/**
 * Removes every program and image that the lock file names from this machine, pulled ones too, so
 * that the next `up` begins with nothing.
 */
export async function forgetLabImages({ lock, engine, cache }: Lab): Promise<void> {
  for (const image of Object.values(lock.images).map(reference))
    await tryCommand(engine.program, ["image", "rm", "--force", image], { env: engine.env });
  for (const made of ["parts", "releases", "go-mod", "go-build"])
    await rm(join(cache, made), { recursive: true, force: true });
}

/** Bundles and builds our servers, without a cluster. Resolves to each one's name in the engine. */
export async function labAppImages(lab: Lab): Promise<Readonly<Record<App, string>>> {
  const { nodejs } = lab.lock.images;
  if (nodejs === undefined) throw new Error("the lock file has no image called nodejs");
  await ensureLabImages(lab, { nodejs }, []);
  return buildAppImages({ ...lab, nodejsImage: reference(nodejs) });
}

/** Where and for what programs are built. */
export function buildPlace(
  lab: Pick<Lab, "checkout" | "cache" | "host" | "signal">,
  os: "linux" | "darwin",
): BuildPlace {
  return {
    checkout: lab.checkout,
    cache: lab.cache,
    arch: lab.host.arch === "arm64" ? "arm64" : "amd64",
    os,
    ...(lab.signal === undefined ? {} : { signal: lab.signal }),
  };
}
