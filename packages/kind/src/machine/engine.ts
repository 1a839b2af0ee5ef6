import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ToolError } from "@svclab/contracts";
import { askDocker, askPodman } from "./ask-engine.ts";
import {
  decideEngine,
  type Engine,
  type EngineDecision,
  type EngineFacts,
  type EngineUse,
} from "./decide-engine.ts";
import { stateDir } from "./directories.ts";
import { onPath, readHost } from "./host.ts";
import { mayInstall, podmanPackages } from "./install-command.ts";
import { installPackages, missingPackages } from "./packages.ts";

/** Gets one line for each thing that is done to the machine. */
export type Say = (line: string) => void;

/**
 * The engine to use, ready for its first call: packages installed where the project may, its own
 * containers.conf written, /lib/modules there. Throws ToolError: engine-missing, -not-running,
 * -denied, -rootless, -too-old, -runtime-missing, -unknown; packages-not-installed.
 */
export async function findEngine(say: Say, signal?: AbortSignal): Promise<Engine> {
  const decision = decideEngine(await readEngineFacts());
  if (decision.act !== "install") return carryOut(decision, say);
  await installPackages(decision.packages, say, signal);
  return carryOut(decideEngine(await readEngineFacts()), say);
}

/**
 * The engine as it is, with nothing installed; null where there is none.
 * @throws ToolError as findEngine, where there is one and it cannot be used
 */
export async function presentEngine(say: Say): Promise<Engine | null> {
  const facts = await readEngineFacts();
  // What else podman needs says nothing of whether it answers.
  const decision = decideEngine({ ...facts, missingPackages: [] });
  if (decision.act === "refuse" && decision.why.code === "engine-missing") return null;
  return carryOut(decision.act === "use" ? { ...decision, makeDirectories: [] } : decision, say);
}

export async function readEngineFacts(): Promise<EngineFacts> {
  const [host, docker, podman, runc] = await Promise.all([
    readHost(),
    onPath("docker"),
    onPath("podman"),
    onPath("runc"),
  ]);
  const [dockerAnswer, podmanAnswer, missing] = await Promise.all([
    askDocker(docker),
    askPodman(podman),
    mayInstall(host) ? missingPackages(podmanPackages) : [],
  ]);
  return {
    host,
    docker: dockerAnswer,
    podman: podmanAnswer,
    programs: { docker, podman },
    wanted: process.env["KIND_EXPERIMENTAL_PROVIDER"] ?? "",
    hasOwnConf: hasOwnConf(),
    missingPackages: missing,
    hasRunc: runc !== null,
    stateDir: stateDir(),
    sealed: process.env["SVCLAB_SEALED"] === "1",
  };
}

/** Ours may be in the environment already, from the process that started this one. */
function hasOwnConf(): boolean {
  return ["CONTAINERS_CONF", "CONTAINERS_CONF_OVERRIDE"]
    .map((name) => process.env[name] ?? "")
    .some((path) => path !== "" && !path.startsWith(join(stateDir(), "containers")));
}

async function carryOut(decision: EngineDecision, say: Say): Promise<Engine> {
  switch (decision.act) {
    case "refuse":
      throw new ToolError(decision.why);
    case "install":
      throw new ToolError({
        code: "packages-not-installed",
        expected: "apt-get to have installed what podman needs",
        found: `still missing: ${decision.packages.join(" ")}`,
        todo: "install them by hand, then start again",
      });
    case "use":
      await prepare(decision, say);
      return decision.engine;
  }
}

async function prepare({ conf, sealedFiles, makeDirectories }: EngineUse, say: Say): Promise<void> {
  for (const directory of makeDirectories) {
    await mkdir(directory, { recursive: true });
    say(`made ${directory}, empty: kind mounts it into its nodes`);
  }
  for (const { path, text } of sealedFiles) await place(path, text, 0o755);
  if (conf !== null && (await place(conf.path, conf.text, 0o644)))
    say(`wrote ${conf.path}: podman's defaults do not fit this host's limits, cgroups or seal`);
}

/** True when the file was not there as it should be. Renamed into place: another may be reading it. */
async function place(path: string, text: string, mode: number): Promise<boolean> {
  const found = await readFile(path, "utf8").catch(() => null);
  if (found === text) return false;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.${process.pid}`, text, { mode });
  await rename(`${path}.${process.pid}`, path);
  return true;
}
