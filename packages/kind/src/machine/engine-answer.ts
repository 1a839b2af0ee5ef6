import { z } from "zod";

/** What came back when an engine was asked who it is. A program that exists is not yet an engine. */
export type EngineAnswer =
  | { readonly kind: "absent" }
  /** A `docker` command that is podman underneath (the podman-docker package). */
  | { readonly kind: "emulated" }
  | { readonly kind: "denied"; readonly said: string }
  | { readonly kind: "silent"; readonly said: string }
  | ({ readonly kind: "answers" } & EngineAbout);

export interface EngineAbout {
  readonly version: string;
  readonly rootless: boolean;
  readonly cgroupVersion: 1 | 2;
  /** Operating system and processor of the engine's own machine, e.g. linux/amd64. */
  readonly platform: string;
  readonly runtime: string;
  /** Where it keeps images, on the engine's own machine. */
  readonly storageRoot: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** The engine runs in a virtual machine or on another one: its addresses are not the host's. */
  readonly elsewhere: boolean;
}

export interface Said {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const DockerInfo = z.object({
  ServerVersion: z.string().min(1),
  OSType: z.string(),
  Architecture: z.string(),
  OperatingSystem: z.string(),
  Name: z.string(),
  // Absent before 20.10, which knew version 1 only.
  CgroupVersion: z.string().default("1"),
  DefaultRuntime: z.string(),
  DockerRootDir: z.string(),
  NCPU: z.number(),
  MemTotal: z.number(),
  SecurityOptions: z.array(z.string()).nullish(),
});

const PodmanInfo = z.object({
  host: z.object({
    os: z.string(),
    arch: z.string(),
    cpus: z.number(),
    memTotal: z.number(),
    cgroupVersion: z.string(),
    serviceIsRemote: z.boolean().default(false),
    security: z.object({ rootless: z.boolean() }),
    ociRuntime: z.object({ name: z.string() }),
  }),
  store: z.object({ graphRoot: z.string() }),
  version: z.object({ Version: z.string() }),
});

const architectures: Readonly<Record<string, string>> = { x86_64: "amd64", aarch64: "arm64" };

/**
 * Reads `docker info --format '{{json .}}'`, whose exit code is 0 in some versions without a
 * daemon. `endpoint` is DOCKER_HOST or the context's, e.g. unix:///var/run/docker.sock.
 */
export function dockerAnswer(said: Said, endpoint: string): EngineAnswer {
  const json = parsed(said.stdout);
  if (PodmanInfo.safeParse(json).success) return { kind: "emulated" };
  const info = DockerInfo.safeParse(json);
  if (said.exitCode !== 0 || !info.success) return refusal(said);
  const arch = info.data.Architecture;
  return {
    kind: "answers",
    version: info.data.ServerVersion,
    rootless: (info.data.SecurityOptions ?? []).some((option) => option.includes("name=rootless")),
    cgroupVersion: info.data.CgroupVersion === "1" ? 1 : 2,
    platform: `${info.data.OSType}/${architectures[arch] ?? arch}`,
    runtime: info.data.DefaultRuntime,
    storageRoot: info.data.DockerRootDir,
    cpus: info.data.NCPU,
    memoryBytes: info.data.MemTotal,
    elsewhere:
      /docker desktop|colima|orbstack|rancher/i.test(
        `${info.data.OperatingSystem} ${info.data.Name}`,
      ) || /^(tcp|ssh|https?):/.test(endpoint),
  };
}

/** Reads `podman info --format json`. */
export function podmanAnswer(said: Said): EngineAnswer {
  const info = PodmanInfo.safeParse(parsed(said.stdout));
  if (said.exitCode !== 0 || !info.success) return refusal(said);
  const { host, store, version } = info.data;
  return {
    kind: "answers",
    version: version.Version,
    rootless: host.security.rootless,
    cgroupVersion: host.cgroupVersion === "v1" ? 1 : 2,
    platform: `${host.os}/${host.arch}`,
    runtime: host.ociRuntime.name,
    storageRoot: store.graphRoot,
    cpus: host.cpus,
    memoryBytes: host.memTotal,
    elsewhere: host.serviceIsRemote,
  };
}

const ServerErrors = z.object({ ServerErrors: z.array(z.string()) });

function refusal(said: Said): EngineAnswer {
  const inside = ServerErrors.safeParse(parsed(said.stdout));
  const lines = [...said.stderr.split("\n"), ...(inside.success ? inside.data.ServerErrors : [])]
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.includes("level=warning"));
  const denied = lines.find((line) => /permission denied/i.test(line));
  if (denied !== undefined) return { kind: "denied", said: denied };
  const found = said.exitCode === undefined ? "no answer in time" : `exit code ${said.exitCode}`;
  return { kind: "silent", said: lines.at(-1) ?? found };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
