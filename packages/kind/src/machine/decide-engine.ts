import { join } from "node:path";
import type { ToolFacts } from "@svclab/contracts";
import { containersConf, containersConfVariable, sealedFiles } from "./containers-conf.ts";
import type { EngineAbout, EngineAnswer } from "./engine-answer.ts";
import { complaint } from "./engine-complaint.ts";
import type { Host } from "./host.ts";
import { mayInstall } from "./install-command.ts";

export type EngineName = "docker" | "podman";

export interface Engine extends EngineAbout {
  readonly name: EngineName;
  /** Path of its command. */
  readonly program: string;
  readonly hostIsLinux: boolean;
  /** The host reaches container addresses. Where not, only published ports lead in. */
  readonly addressesReachable: boolean;
  /** To be added to the environment of every call of it, of kind and of what uses it. */
  readonly env: Readonly<Record<string, string>>;
}

export interface EngineFacts {
  readonly host: Host;
  readonly docker: EngineAnswer;
  readonly podman: EngineAnswer;
  readonly programs: Readonly<Record<EngineName, string | null>>;
  /** KIND_EXPERIMENTAL_PROVIDER, by which kind's users choose. Empty: whichever answers. */
  readonly wanted: string;
  /** The caller's own CONTAINERS_CONF or CONTAINERS_CONF_OVERRIDE is set, and is left alone. */
  readonly hasOwnConf: boolean;
  /** Of podmanPackages, those that dpkg does not know as installed. */
  readonly missingPackages: readonly string[];
  readonly hasRunc: boolean;
  readonly stateDir: string;
  /** SVCLAB_SEALED=1. */
  readonly sealed: boolean;
}

export interface EngineUse {
  readonly engine: Engine;
  /** Our own containers.conf, written before the first call. */
  readonly conf: { readonly path: string; readonly text: string } | null;
  readonly sealedFiles: readonly { readonly path: string; readonly text: string }[];
  readonly makeDirectories: readonly string[];
}

export type EngineDecision =
  | ({ readonly act: "use" } & EngineUse)
  | { readonly act: "install"; readonly packages: readonly string[] }
  | { readonly act: "refuse"; readonly why: ToolFacts };

const names: readonly EngineName[] = ["docker", "podman"];

/** Of several complaints, the one nearest to working is told. */
const nearestFirst = [
  "engine-runtime-missing",
  "engine-denied",
  "engine-rootless",
  "engine-too-old",
  "engine-not-running",
  "engine-missing",
];

/** Which engine is used, and what it needs first. Docker before podman where both would do. */
export function decideEngine(facts: EngineFacts): EngineDecision {
  const wanted = names.filter((name) => facts.wanted === "" || facts.wanted === name);
  const usable = wanted.find((name) => complaint(facts, name) === null);
  const lacksParts = facts.missingPackages.length > 0 && mayInstall(facts.host);
  if (usable !== "docker" && wanted.includes("podman") && lacksParts) {
    return { act: "install", packages: facts.missingPackages };
  }
  if (usable !== undefined) return { act: "use", ...use(facts, usable) };
  const [nearest] = wanted
    .map((name) => complaint(facts, name))
    .filter((why) => why !== null)
    .sort((a, b) => nearestFirst.indexOf(a.code) - nearestFirst.indexOf(b.code));
  return { act: "refuse", why: nearest ?? unknownEngine(facts.wanted) };
}

function use(facts: EngineFacts, name: EngineName): EngineUse {
  const { host } = facts;
  const answer = facts[name];
  if (answer.kind !== "answers") throw new Error(`${name} was chosen but is ${answer.kind}`);
  const { kind: _, ...about } = answer;
  const sealed = facts.sealed && host.root ? join(facts.stateDir, "sealed") : null;
  const text = name === "podman" && !facts.hasOwnConf ? containersConf(host, about, sealed) : null;
  const conf =
    text === null
      ? null
      : { path: join(facts.stateDir, `containers${sealed === null ? "" : "-sealed"}.conf`), text };
  return {
    engine: {
      ...about,
      name,
      program: facts.programs[name] ?? name,
      hostIsLinux: host.os === "linux",
      addressesReachable: host.os === "linux" && !about.elsewhere,
      env: {
        KIND_EXPERIMENTAL_PROVIDER: name,
        ...(conf === null ? {} : { [containersConfVariable(about.version)]: conf.path }),
      },
    },
    conf,
    sealedFiles: conf === null || sealed === null ? [] : sealedFiles(sealed),
    // kind mounts it into each node. docker makes what is missing, podman does not.
    makeDirectories:
      name === "podman" && host.os === "linux" && !host.hasLibModules ? ["/lib/modules"] : [],
  };
}

function unknownEngine(wanted: string): ToolFacts {
  return {
    code: "engine-unknown",
    expected: "KIND_EXPERIMENTAL_PROVIDER to be docker, podman or unset",
    found: wanted,
    todo: "unset it: whichever engine answers is used",
  };
}
