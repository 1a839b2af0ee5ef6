import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { ToolError } from "@svclab/contracts";
import { command, tryCommand } from "../command.ts";
import { removeAbandoned } from "./abandoned.ts";
import { contentKey } from "./content-key.ts";
import type { Lock, Part } from "./lock.ts";
import type { Came } from "./progress.ts";

export interface BuildPlace {
  readonly checkout: string;
  readonly cache: string;
  readonly arch: "amd64" | "arm64";
  readonly os: "linux" | "darwin";
  readonly signal?: AbortSignal;
}

export interface Built {
  /** A folder with the part's programs. */
  readonly folder: string;
  readonly came: Came;
}

const oldestGo = [1, 26] as const;

/** A part's key: its sources, its flags and what it is built for. */
export function partKey(place: BuildPlace, name: string, part: Part): Promise<string> {
  const { arch, os } = place;
  return contentKey([partFolder(place, name)], { name, part, arch, os });
}

/** Where the cache has the part, or will have it once it is built. */
async function builtFolder(place: BuildPlace, name: string, part: Part): Promise<string> {
  return join(place.cache, "parts", `${name}-${await partKey(place, name, part)}`);
}

/** The part need not be built any more. */
export async function isBuilt(place: BuildPlace, lock: Lock, name: string): Promise<boolean> {
  return existsSync(await builtFolder(place, name, lockedPart(lock, name)));
}

/**
 * Builds one Go part into the cache, unless it is there. The result appears under its final name
 * only when it is whole, so an interrupted build is simply begun again.
 */
export async function buildPart(place: BuildPlace, lock: Lock, name: string): Promise<Built> {
  const part = lockedPart(lock, name);
  const folder = await builtFolder(place, name, part);
  if (existsSync(folder)) return { folder, came: "cache" };
  await requireGo();
  const draft = `${folder}.draft-${process.pid}`;
  await removeAbandoned(join(place.cache, "parts"), `${basename(folder)}.draft-`);
  await mkdir(draft, { recursive: true });
  const define = Object.entries(part.define).map(([path, value]) => `-X ${path}=${value}`);
  try {
    await command(
      "go",
      ["build", "-ldflags", ["-s", "-w", ...define].join(" "), "-o", `${draft}/`, part.packages],
      {
        cwd: partFolder(place, name),
        env: goEnvironment(place),
        todo: `read the lines above; the part's sources are in k8s/images/parts/${name}. What is built so far is kept: run the same command again`,
        ...(place.signal === undefined ? {} : { signal: place.signal }),
      },
    );
    await rename(draft, folder);
  } catch (error) {
    throw withoutNetwork(error) ?? error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return { folder, came: "work" };
}

/** The folder of a module that a part names, as the checksums in its go.sum let it be. */
export async function moduleFolder(
  place: BuildPlace,
  part: string,
  module: string,
): Promise<string> {
  const cwd = partFolder(place, part);
  const env = goEnvironment(place);
  await command("go", ["mod", "download", module], { cwd, env });
  const found = await command("go", ["list", "-m", "-f", "{{.Dir}}", module], { cwd, env });
  return found.trim();
}

/** The compiler's own store is dropped when all is built: it grows to several gigabytes. */
export async function dropCompilerCache(place: BuildPlace): Promise<void> {
  await rm(join(place.cache, "go-build"), { recursive: true, force: true });
}

function lockedPart(lock: Lock, name: string): Part {
  const part = lock.parts[name];
  if (part === undefined) throw new Error(`no part ${name} in the lock file`);
  return part;
}

function partFolder(place: BuildPlace, name: string): string {
  return join(place.checkout, "k8s/images/parts", name);
}

function goEnvironment(place: BuildPlace): Record<string, string> {
  return {
    CGO_ENABLED: "0",
    GOARCH: place.arch,
    GOOS: place.os,
    GOFLAGS: "-trimpath -mod=readonly -buildvcs=false -modcacherw",
    GOCACHE: join(place.cache, "go-build"),
    GOMODCACHE: join(place.cache, "go-mod"),
  };
}

/** A failure of the network's, told as one: the build itself may be in order. */
function withoutNetwork(error: unknown): ToolError | undefined {
  if (!(error instanceof ToolError) || !/\bdial (tcp|udp)\b|\blookup \S+/.test(error.found))
    return undefined;
  return new ToolError({
    code: "modules-unreachable",
    expected: "Go's module proxy to answer, as no container registry does",
    found: error.found,
    todo: "check the network and go env GOPROXY, then run the same command again: what is built so far is kept",
    cause: error,
  });
}

async function requireGo(): Promise<void> {
  const expected = `Go ${oldestGo.join(".")} or newer on PATH, as no container registry answers`;
  const todo = "install Go from https://go.dev/dl, or give this machine a container registry";
  const found = await tryCommand("go", ["env", "GOVERSION"]).catch(() => undefined);
  const version = /^go(\d+)\.(\d+)/.exec(found?.stdout.trim() ?? "");
  if (version === null)
    throw new ToolError({ code: "go-missing", expected, found: "no program go", todo });
  const [major, minor] = [Number(version[1]), Number(version[2])];
  if (major < oldestGo[0] || (major === oldestGo[0] && minor < oldestGo[1]))
    throw new ToolError({ code: "go-too-old", expected, found: version.input, todo });
}
