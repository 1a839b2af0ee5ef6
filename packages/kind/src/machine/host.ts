import { access, readFile, statfs } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** What decides how the engine must be spoken to, and what `doctor` tells. Gathered, never judged, here. */
export interface Host {
  readonly os: NodeJS.Platform;
  /** As Go and the container engines name it: amd64, arm64. */
  readonly arch: string;
  readonly root: boolean;
  /** ID and ID_LIKE of /etc/os-release, most specific first; empty where there is none. */
  readonly distro: readonly string[];
  /** hybrid: version 1 hierarchies with an empty version 2 one beside them. null: not Linux. */
  readonly cgroup: "v1" | "hybrid" | "v2" | null;
  /** Hard limits of this process; Infinity for unlimited. */
  readonly limits: { readonly nofile: number; readonly nproc: number };
  readonly mayRaiseLimits: boolean;
  readonly mayAddRoutes: boolean;
  readonly hasLibModules: boolean;
}

// include/uapi/linux/capability.h
const capNetAdmin = 12n;
const capSysResource = 24n;

const architectures: Readonly<Record<string, string>> = { x64: "amd64" };

export async function readHost(): Promise<Host> {
  const [limits, status, osRelease, pidMax] = await Promise.all(
    ["/proc/self/limits", "/proc/self/status", "/etc/os-release", "/proc/sys/kernel/pid_max"].map(
      readOr,
    ),
  );
  const capabilities = capabilitiesIn(status ?? "");
  return {
    os: process.platform,
    arch: architectures[process.arch] ?? process.arch,
    root: process.getuid?.() === 0,
    distro: distroIn(osRelease ?? ""),
    cgroup: process.platform === "linux" ? await cgroup() : null,
    limits: {
      nofile: hardLimit(limits ?? "", "Max open files"),
      // podman lowers its own to this before it starts a container, and may not raise it again:
      // getDefaultProcessLimits in containers/common, pkg/config/config_linux.go.
      nproc: Math.min(
        hardLimit(limits ?? "", "Max processes"),
        Number(pidMax ?? Number.POSITIVE_INFINITY),
      ),
    },
    mayRaiseLimits: has(capabilities, capSysResource),
    mayAddRoutes: has(capabilities, capNetAdmin),
    hasLibModules: await exists("/lib/modules"),
  };
}

/** The program's path, found as a shell would; null when it is not on PATH. */
export async function onPath(
  name: string,
  path = process.env["PATH"] ?? "",
): Promise<string | null> {
  for (const directory of path.split(delimiter)) {
    if (directory !== "" && (await exists(join(directory, name)))) return join(directory, name);
  }
  return null;
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

export function hardLimit(limits: string, name: string): number {
  const found = new RegExp(`^${name}\\s+\\S+\\s+(\\S+)`, "m").exec(limits)?.[1];
  return found === undefined || found === "unlimited" ? Number.POSITIVE_INFINITY : Number(found);
}

export function distroIn(osRelease: string): string[] {
  const value = (name: string): string =>
    new RegExp(`^${name}="?([^"\\n]*)"?$`, "m").exec(osRelease)?.[1] ?? "";
  return [value("ID"), ...value("ID_LIKE").split(" ")].filter((id) => id !== "");
}

export function capabilitiesIn(status: string): bigint {
  const hex = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  return hex === undefined ? 0n : BigInt(`0x${hex}`);
}

function has(capabilities: bigint, bit: bigint): boolean {
  return ((capabilities >> bit) & 1n) === 1n;
}

/** The type of what is mounted there, as systemd decides it (docs/CGROUP_DELEGATION.md). */
async function cgroup(): Promise<Host["cgroup"]> {
  const cgroup2SuperMagic = 0x63677270;
  const typeOf = (path: string): Promise<number> =>
    statfs(path).then(
      (found) => found.type,
      () => 0,
    );
  if ((await typeOf("/sys/fs/cgroup")) === cgroup2SuperMagic) return "v2";
  return (await typeOf("/sys/fs/cgroup/unified")) === cgroup2SuperMagic ? "hybrid" : "v1";
}

async function readOr(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}
