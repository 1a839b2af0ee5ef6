import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { command, tryCommand } from "../command.ts";
import type { Engine } from "../machine/decide-engine.ts";
import { removeAbandoned } from "./abandoned.ts";
import { type BuildPlace, buildPart, moduleFolder, partKey } from "./build-part.ts";
import { contentKey } from "./content-key.ts";
import { type Lock, type LockedImage, reference } from "./lock.ts";
import type { Came } from "./progress.ts";

/** The label by which a built image tells its recipe; an image without it was pulled. */
export const keyLabel = "svclab.key";

/** An image's key: its recipe, and the keys of the parts it is made of. */
export async function imageKey(
  place: BuildPlace,
  lock: Lock,
  id: string,
  image: LockedImage,
): Promise<string> {
  const parts = await Promise.all(
    image.parts.map((name) => {
      const part = lock.parts[name];
      return part === undefined ? "" : partKey(place, name, part);
    }),
  );
  const recipes = [recipeFolder(place, id), recipeFolder(place, "debian")];
  return contentKey(recipes, { image, parts, arch: place.arch });
}

/** The key of the image that the engine has under this name; undefined when it has none. */
export async function presentKey(
  engine: Engine,
  image: LockedImage,
): Promise<string | "pulled" | undefined> {
  const labels = await imageLabels(engine, image);
  return labels === undefined ? undefined : (labels[keyLabel] ?? "pulled");
}

/** The image's labels; undefined when the engine does not have it. */
export async function imageLabels(
  engine: Engine,
  image: LockedImage,
): Promise<Record<string, string> | undefined> {
  const found = await tryCommand(
    engine.program,
    ["image", "inspect", "--format", "{{json .Config.Labels}}", reference(image)],
    { env: engine.env },
  );
  if (found.exitCode !== 0) return undefined;
  return (JSON.parse(found.stdout) as Record<string, string> | null) ?? {};
}

/** What a registry calls the image that the engine has; undefined for one that was built. */
export async function imageDigest(engine: Engine, image: LockedImage): Promise<string | undefined> {
  const found = await tryCommand(
    engine.program,
    ["image", "inspect", "--format", "{{json .RepoDigests}}", reference(image)],
    { env: engine.env },
  );
  if (found.exitCode !== 0) return undefined;
  const digests = (JSON.parse(found.stdout) as string[] | null) ?? [];
  return digests[0]?.split("@")[1];
}

/** Builds one image under its public name from package registries alone, unless it is there. */
export async function buildImage(
  place: BuildPlace,
  engine: Engine,
  lock: Lock,
  id: string,
  image: LockedImage,
): Promise<Came> {
  const key = await imageKey(place, lock, id, image);
  if ((await presentKey(engine, image)) === key) return "cache";
  const parts: Record<string, string> = {};
  for (const name of image.parts) {
    const { folder } = await buildPart(place, lock, name);
    parts[`PARTS_${name.toUpperCase().replaceAll("-", "_")}`] = folder;
  }
  const work = join(place.cache, "work", `${id}-${process.pid}`);
  await removeAbandoned(join(place.cache, "work"), `${id}-`);
  await mkdir(work, { recursive: true });
  try {
    await command("bash", [join(recipeFolder(place, id), "build")], {
      env: {
        ...engine.env,
        ...parts,
        KEY: key,
        IMAGE: reference(image),
        KUBERNETES: lock.kubernetes,
        WORK: work,
        ENGINE: engine.program,
        BUILDX_NO_DEFAULT_ATTESTATIONS: "1",
        // buildah gives a container limits that a process with fewer rights may not set.
        BUILD_FLAGS: engine.name === "podman" ? "--isolation=chroot" : "--network=none",
        NODE: process.execPath,
        OCI_ARCHIVE: join(import.meta.dirname, "oci-archive.ts"),
        ...(id === "node"
          ? {
              KIND_FILES: join(
                await moduleFolder(place, "kind", "sigs.k8s.io/kind"),
                "images/base/files",
              ),
            }
          : {}),
      },
      todo: `read the lines above; the recipe is k8s/images/${id}/build. What is built so far is kept: run the same command again`,
      ...(place.signal === undefined ? {} : { signal: place.signal }),
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return "work";
}

function recipeFolder(place: BuildPlace, id: string): string {
  return join(place.checkout, "k8s/images", id);
}
