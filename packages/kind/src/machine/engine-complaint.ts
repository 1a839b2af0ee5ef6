import type { ToolFacts } from "@svclab/contracts";
import type { EngineFacts, EngineName } from "./decide-engine.ts";
import type { EngineAbout } from "./engine-answer.ts";
import type { Host } from "./host.ts";
import { engineInstallCommand } from "./install-command.ts";

/** Oldest tried or known to work: cgroup namespaces (docker), netavark's DNS on networks (podman). */
const oldest: Readonly<Record<EngineName, readonly [number, number]>> = {
  docker: [20, 10],
  podman: [4, 3],
};

/** Why rootless engines are refused, for messages, `doctor` and the README. */
const rootlessReason =
  "its networks are in a namespace of their own: node and load balancer addresses cannot be reached from the host, so claims about them could not be seen";

/** Why this engine will not do; null when it will. */
export function complaint(facts: EngineFacts, name: EngineName): ToolFacts | null {
  const answer = facts[name];
  const { host } = facts;
  switch (answer.kind) {
    case "answers":
      return unsuitable(facts, name, answer);
    case "denied":
      return {
        code: "engine-denied",
        expected: `${name} to answer this user`,
        found: answer.said,
        todo: 'sudo usermod -aG docker "$USER", then log in again; or run this as root',
      };
    case "silent":
      return {
        code: "engine-not-running",
        expected: `an engine behind the ${name} command`,
        found: `${name} info: ${answer.said}`,
        todo: startCommand(host, name),
      };
    case "emulated":
    case "absent":
      return {
        code: "engine-missing",
        expected: facts.wanted === "" ? "docker or podman that answers" : `${name} that answers`,
        found: facts.wanted === "" ? "neither on PATH" : "not on PATH",
        todo: engineInstallCommand(host),
      };
  }
}

function unsuitable(facts: EngineFacts, name: EngineName, about: EngineAbout): ToolFacts | null {
  const { host } = facts;
  if (about.rootless) {
    return {
      code: "engine-rootless",
      expected: `a ${name} that runs as root`,
      found: `rootless ${name} ${about.version}: ${rootlessReason}`,
      todo:
        host.os === "darwin"
          ? "podman machine set --rootful, or use Docker Desktop"
          : `run this as root, or use Docker: ${engineInstallCommand({ ...host, root: false })}`,
    };
  }
  const [major, minor] = oldest[name];
  if (isOlder(about.version, major, minor)) {
    return {
      code: "engine-too-old",
      expected: `${name} ${major}.${minor} or newer`,
      found: `${name} ${about.version}`,
      todo: `use a newer ${name}, or ${name === "podman" ? "docker" : "podman"}`,
    };
  }
  if (name === "podman" && host.os === "linux" && host.cgroup !== "v2" && !facts.hasRunc) {
    return {
      code: "engine-runtime-missing",
      expected: "runc, because crun does not run on this cgroup hierarchy",
      found: `podman ${about.version} with ${about.runtime}, cgroup ${host.cgroup}, no runc on PATH`,
      todo: "install the package runc",
    };
  }
  return null;
}

function isOlder(version: string, major: number, minor: number): boolean {
  const [foundMajor = 0, foundMinor = 0] = version
    .split(".")
    .map((part) => Number.parseInt(part, 10));
  return foundMajor < major || (foundMajor === major && foundMinor < minor);
}

function startCommand(host: Host, name: EngineName): string {
  if (name === "podman")
    return host.os === "darwin" ? "podman machine start" : "run podman info and read what it says";
  if (host.os === "darwin") return "start Docker Desktop";
  return host.root ? "systemctl start docker" : "sudo systemctl start docker";
}
