import { tryCommand } from "../command.ts";
import type { Engine } from "../machine/decide-engine.ts";
import { type LockedImage, reference } from "./lock.ts";

/** How each image's main program tells its version: a tag is only a name, by either lane. */
const askFor: Readonly<Record<string, readonly [string, ...string[]]>> = {
  node: ["kubelet", "--version"],
  envoy: ["envoy", "--version"],
  nodejs: ["node", "--version"],
  k6: ["k6", "version"],
  mysql: ["mysqld", "--version"],
};

/**
 * The version that an image's own program tells, such as "1.37.0"; undefined where it tells none.
 * It runs in a container without a network.
 */
export async function trueVersion(
  engine: Engine,
  id: string,
  image: LockedImage,
): Promise<string | undefined> {
  const [program, ...args] = askFor[id] ?? [];
  if (program === undefined) return undefined;
  const { stdout } = await tryCommand(
    engine.program,
    ["run", "--rm", "--network=none", "--entrypoint", program, reference(image), ...args],
    { env: engine.env, timeoutMs: 20_000 },
  );
  return versionIn(stdout);
}

/** The first number of three parts: "Kubernetes v1.37.0", "version: 6ba1/1.39.3/Clean". */
export function versionIn(said: string): string | undefined {
  return /\d+\.\d+\.\d+/.exec(said)?.[0];
}
