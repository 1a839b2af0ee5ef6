import { chmod, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "@svclab/contracts";
import { command } from "../command.ts";
import { cacheDir, isOffline } from "./directories.ts";
import {
  type DownloadLimits,
  download,
  downloadText,
  type Fetch,
  Unavailable,
} from "./download.ts";
import type { Say } from "./engine.ts";
import { exists } from "./host.ts";
import {
  type HostBinaryName,
  type HostPlatform,
  hostPlatforms,
  type Release,
  releaseLock,
} from "./release-lock.ts";

export interface HostBinary {
  readonly path: string;
  readonly version: string;
  /** released: the project's own build, by checksum. built: from the Go module. */
  readonly lane: "released" | "built";
}

export interface HostBinaryOptions {
  readonly say: Say;
  /** Builds it from the Go module, or finds it built; returns the path. */
  readonly buildWithGo: (name: HostBinaryName) => Promise<string>;
  readonly signal?: AbortSignal;
  /** The rest is for tests; the defaults are the machine's own. */
  readonly release?: Release;
  readonly fetch?: Fetch;
  readonly limits?: DownloadLimits;
  readonly offline?: boolean;
  readonly directory?: string;
}

/**
 * A program for the host at the locked version: from the cache, else from its release, else built
 * with Go. The release is tried unless SVCLAB_OFFLINE or SVCLAB_SEALED is 1. A file that came over
 * but is not the locked one is never used nor built around: ToolError checksum-mismatch.
 * Throws host-binary-unavailable when neither way leads to one.
 */
export async function ensureHostBinary(
  name: HostBinaryName,
  options: HostBinaryOptions,
): Promise<HostBinary> {
  const release = options.release ?? releaseLock[name][thisPlatform()];
  const { version } = release;
  const directory = options.directory ?? join(cacheDir(), "releases");
  const path = join(directory, `${name}-${version}-${process.platform}-${process.arch}`);
  if (await exists(path)) return { path, version, lane: "released" };
  if (options.offline ?? isOffline()) {
    return build(name, version, "not tried: SVCLAB_OFFLINE or SVCLAB_SEALED is set", options);
  }
  try {
    await fetchRelease(name, release, directory, path, options);
    return { path, version, lane: "released" };
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    options.say(
      `${name} ${version} is not to be had from its release (${error.message}); building it with Go`,
    );
    return build(name, version, error.message, options);
  }
}

async function build(
  name: HostBinaryName,
  version: string,
  why: string,
  options: HostBinaryOptions,
): Promise<HostBinary> {
  try {
    return { path: await options.buildWithGo(name), version, lane: "built" };
  } catch (cause) {
    options.signal?.throwIfAborted();
    throw new ToolError({
      code: "host-binary-unavailable",
      expected: `${name} ${version}, from its release or built with Go`,
      found: `release: ${why}\n            Go: ${cause instanceof ToolError ? cause.found : String(cause)}`,
      todo:
        cause instanceof ToolError
          ? cause.todo
          : "let the release site be reached, or install Go 1.26 or newer",
      cause,
    });
  }
}

async function fetchRelease(
  name: HostBinaryName,
  release: Release,
  directory: string,
  path: string,
  { say, signal, limits, fetch = globalThis.fetch }: HostBinaryOptions,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const work = await mkdtemp(join(directory, `.${name}-`));
  try {
    const wanted = await checksumOf(release, fetch, limits, signal);
    say(`fetching ${name} ${release.version}`);
    const file = join(work, "file");
    const found = await download(release.url, file, fetch, limits, signal);
    if (found !== wanted) throw mismatch(release, wanted, found);
    if (release.member !== undefined)
      await command("tar", ["-xzf", file, "-C", work, release.member]);
    const program = release.member === undefined ? file : join(work, release.member);
    await chmod(program, 0o755);
    // The last step: what is at `path` is whole and was checked.
    await rename(program, path);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function checksumOf(
  { checksum, url }: Release,
  fetch: Fetch,
  limits: DownloadLimits | undefined,
  signal: AbortSignal | undefined,
): Promise<string> {
  if ("sha256" in checksum) return checksum.sha256;
  const list = await downloadText(checksum.published, fetch, limits, signal);
  const file = url.slice(url.lastIndexOf("/") + 1);
  const lines = list.split("\n").map((line) => line.trim().split(/\s+\*?/));
  const found = lines.find(([sum, name]) => name === file && /^[0-9a-f]{64}$/.test(sum ?? ""));
  if (found?.[0] === undefined) throw new Unavailable(`${checksum.published}: no line for ${file}`);
  return found[0];
}

function mismatch(release: Release, wanted: string, found: string): ToolError {
  return new ToolError({
    code: "checksum-mismatch",
    expected: `SHA-256 ${wanted} at ${release.url}`,
    found: `SHA-256 ${found}; the file was thrown away`,
    todo: "try again; if it stays, something between here and the release site changes files. SVCLAB_OFFLINE=1 builds with Go instead",
  });
}

function thisPlatform(): HostPlatform {
  const arch = process.arch === "x64" ? "amd64" : process.arch;
  const found = hostPlatforms.find((platform) => platform === `${process.platform}/${arch}`);
  if (found !== undefined) return found;
  throw new ToolError({
    code: "platform-unknown",
    expected: hostPlatforms.join(", "),
    found: `${process.platform}/${arch}`,
    todo: "use one of these",
  });
}
