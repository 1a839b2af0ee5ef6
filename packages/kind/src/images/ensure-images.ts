import { ToolError } from "@svclab/contracts";
import { command, tryCommand } from "../command.ts";
import type { Engine } from "../machine/decide-engine.ts";
import { buildImage, imageKey, presentKey } from "./build-image.ts";
import { type BuildPlace, buildPart, dropCompilerCache } from "./build-part.ts";
import { type Lane, type LaneFacts, laneOf } from "./lane.ts";
import { type Lock, type LockedImage, reference } from "./lock.ts";
import { type Came, lineProgress } from "./progress.ts";

export interface EnsureOptions {
  /** No registry is tried. */
  readonly offline: boolean;
  /** Takes one lane only, for those who want to be sure which. */
  readonly only?: "pull" | "build";
  readonly write: (line: string) => void;
  /** Parts that the host itself runs; built with the others, while the compiler's store is there. */
  readonly hostParts: readonly string[];
  /** Called once before anything is pulled or built, and before anything is built. */
  readonly beforeWork: () => Promise<void>;
  readonly beforeBuild: () => Promise<void>;
}

/** Sees to it that the engine has every image of the lock file under its public name. */
export async function ensureImages(
  place: BuildPlace,
  engine: Engine,
  lock: Lock,
  options: EnsureOptions,
): Promise<void> {
  const lanes: { id: string; image: LockedImage; lane: Lane }[] = [];
  let registryAnswers: boolean | undefined = options.offline ? false : undefined;
  const pulled = new Set<string>();
  let worked = false;
  for (const [id, image] of Object.entries(lock.images)) {
    const facts = async (): Promise<LaneFacts> => ({
      present: await presentKey(engine, image),
      wanted: await imageKey(place, lock, id, image),
      registryAnswers,
      only: options.only,
    });
    let lane = laneOf(await facts());
    if (lane !== "keep" && !worked) await options.beforeWork();
    worked ||= lane !== "keep";
    if (lane === "pull") {
      options.write(`pulling ${reference(image)}`);
      registryAnswers = await pull(engine, image, place.signal);
      if (registryAnswers) pulled.add(id);
      lane = registryAnswers ? "keep" : laneOf(await facts());
    }
    lanes.push({ id, image, lane });
  }
  const building = lanes.filter(({ lane }) => lane === "build");
  if (building.length > 0) await options.beforeBuild();
  const parts =
    building.length === 0
      ? []
      : [...new Set([...building.flatMap(({ image }) => image.parts), ...options.hostParts])];
  const progress = lineProgress(parts.length + lanes.length, options.write, () =>
    performance.now(),
  );
  for (const name of parts)
    await progress.step(`program ${name} ${lock.parts[name]?.version}`, async () => {
      return (await buildPart(place, lock, name)).came;
    });
  for (const { id, image, lane } of lanes)
    await progress.step(`image ${reference(image)}`, async (): Promise<Came> => {
      if (lane === "build") return buildImage(place, engine, lock, id, image);
      return pulled.has(id) ? "registry" : "cache";
    });
  if (building.length > 0) await dropCompilerCache(place);
}

/** Pulls by digest where the lock has one. False when no registry answered. */
async function pull(
  engine: Engine,
  image: LockedImage,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const name = reference(image);
  const wanted = image.digest === null ? name : `${image.name}@${image.digest}`;
  const result = await tryCommand(engine.program, ["pull", "--quiet", wanted], {
    env: engine.env,
    timeoutMs: 900_000,
    ...(signal === undefined ? {} : { signal }),
  });
  // An interrupted pull says nothing of the registry.
  signal?.throwIfAborted();
  if (result.exitCode === 0) {
    if (wanted !== name) await command(engine.program, ["tag", wanted, name], { env: engine.env });
    return true;
  }
  if (/manifest unknown|digest|not found: manifest/i.test(result.stderr))
    throw new ToolError({
      code: "image-not-as-locked",
      expected: `${wanted} in its registry`,
      found: result.stderr.trim().split("\n").slice(-3).join("\n    "),
      todo: "build it instead: SVCLAB_LANE=build ./svclab up",
    });
  return false;
}
