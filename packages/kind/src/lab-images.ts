import { ToolError } from "@svclab/contracts";
import { type App, buildAppImages } from "./app/app-images.ts";
import { command, tryCommand } from "./command.ts";
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
 * Removes every image that the lock file names from the engine, pulled ones too, so that the next
 * `up` begins with none.
 * @throws ToolError images-in-use, where a container, of whatever cluster, was made from one
 */
export async function forgetLabImages({ lock, engine: { program, env } }: Lab): Promise<void> {
  for (const image of Object.values(lock.images).map(reference)) {
    const from = ["ps", "--all", "--filter", `ancestor=${image}`, "--format", "{{.Names}}"];
    const users = (await command(program, from, { env })).trim();
    if (users !== "")
      throw new ToolError({
        code: "images-in-use",
        expected: `no container made from ${image}, which is to be built anew`,
        found: users.replaceAll("\n", ", "),
        todo: "take those clusters down first: ./svclab down --name NAME",
      });
  }
  for (const image of Object.values(lock.images).map(reference)) {
    const there = await tryCommand(program, ["image", "inspect", image], { env });
    if (there.exitCode === 0) await command(program, ["image", "rm", image], { env });
  }
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
