import { readFile } from "node:fs/promises";
import { availableParallelism, release, totalmem } from "node:os";
import { gunzipSync } from "node:zlib";
import { tryCommand } from "../command.ts";
import { decideEngine, type Engine } from "./decide-engine.ts";
import { cacheDir, isOffline } from "./directories.ts";
import { freeBytes } from "./disk.ts";
import { readEngineFacts } from "./engine.ts";
import type { Finding } from "./finding.ts";
import { findings } from "./findings.ts";
import { onPath } from "./host.ts";
import type { MachineFacts } from "./machine-facts.ts";
import { portIsFree } from "./ports.ts";

export interface DoctorOptions {
  /** Host ports that the caller is about to use. */
  readonly ports?: readonly number[];
  /** Asked of the registry, through the engine, unless offline or sealed: a name and tag to look up. */
  readonly image: string;
}

/** Each prerequisite, what was found and what to do. Changes nothing on the machine. */
export async function diagnose(options: DoctorOptions): Promise<Finding[]> {
  return findings(await readMachineFacts(options));
}

async function readMachineFacts({ ports = [], image }: DoctorOptions): Promise<MachineFacts> {
  const engineFacts = await readEngineFacts();
  const decision = decideEngine(engineFacts);
  const engine = decision.act === "use" ? decision.engine : null;
  const local = engine !== null && !engine.elsewhere;
  const [git, make, node, npm, go, ip, cache, images, registryAnswers, mmdebstrap, kernel] =
    await Promise.all([
      version("git", ["--version"]),
      version("make", ["--version"]),
      version("node", ["--version"]),
      version("npm", ["--version"]),
      version("go", ["version"]),
      version("ip", ["-Version"]),
      freeBytes(cacheDir()),
      local ? freeBytes(engine.storageRoot) : null,
      engine === null || isOffline() ? null : registryHas(engine, image),
      onPath("mmdebstrap"),
      readKernel(),
    ]);
  return {
    engine: engineFacts,
    tools: { git, make, node, npm, go, ip },
    diskFree: { cache, images },
    memoryBytes: totalmem(),
    cpus: availableParallelism(),
    registryAnswers,
    sealed: process.env["SVCLAB_SEALED"] === "1",
    hasMmdebstrap: mmdebstrap !== null,
    ports: await Promise.all(ports.map(async (port) => ({ port, free: await portIsFree(port) }))),
    kernel,
    locale: process.env["LC_ALL"] || process.env["LC_CTYPE"] || process.env["LANG"] || "",
    terminal: process.stderr.isTTY === true,
  };
}

async function version(name: string, args: readonly string[]): Promise<string | null> {
  const program = await onPath(name);
  if (program === null) return null;
  const { stdout } = await tryCommand(program, args, { timeoutMs: 10_000 });
  return stdout.split("\n")[0]?.trim() || "does not tell its version";
}

/** Looks the image up without pulling it. The engine asks, so its mirrors and proxies count. */
async function registryHas(engine: Engine, image: string): Promise<boolean> {
  const reference = engine.name === "podman" ? `docker://${image}` : image;
  const { exitCode } = await tryCommand(engine.program, ["manifest", "inspect", reference], {
    env: engine.env,
    timeoutMs: 15_000,
  });
  return exitCode === 0;
}

/** What kube-proxy's nftables mode, the nodes' networks and their file systems are made of. */
const kernelOptions: Readonly<Record<string, string>> = {
  bridge: "BRIDGE",
  veth: "VETH",
  overlay: "OVERLAY_FS",
  conntrack: "NF_CONNTRACK",
  nftables: "NF_TABLES",
  "nft numgen": "NFT_NUMGEN",
  "nft masquerade": "NFT_MASQ",
};

async function readKernel(): Promise<MachineFacts["kernel"]> {
  const text = await readFile("/proc/config.gz")
    .then((bytes) => gunzipSync(bytes).toString("utf8"))
    .catch(() => readFile(`/boot/config-${release()}`, "utf8"))
    .catch(() => null);
  if (text === null) return null;
  const set = new Set(text.split("\n"));
  const has = (option: string): boolean =>
    set.has(`CONFIG_${option}=y`) || set.has(`CONFIG_${option}=m`);
  return Object.fromEntries(
    Object.entries(kernelOptions).map(([name, option]) => [name, has(option)]),
  );
}
