import type { Engine, EngineDecision, EngineUse } from "./decide-engine.ts";
import { type Finding, no, warn, yes } from "./finding.ts";
import type { Host } from "./host.ts";
import { aptInstall } from "./install-command.ts";
import type { MachineFacts } from "./machine-facts.ts";

/** The engine, and what of the host decides how it is used. */
export function engineFindings(facts: MachineFacts, decision: EngineDecision): Finding[] {
  const wanted = "docker or podman that answers, as root";
  switch (decision.act) {
    case "refuse":
      return [no("engine", wanted, decision.why.found, decision.why.todo)];
    case "install": {
      const found = `packages missing: ${decision.packages.join(" ")}`;
      return [warn("engine", wanted, found, `svclab up runs ${aptInstall(decision.packages)}`)];
    }
    case "use":
      return decision.engine.addressesReachable
        ? [
            yes("engine", wanted, `${decision.engine.name} ${decision.engine.version}`),
            runtime(facts.engine.host, decision),
            cgroup(facts.engine.host),
            limits(facts.engine.host, decision.engine),
            routes(facts.engine.host, facts.sealed),
          ]
        : [
            warn(
              "engine",
              wanted,
              `${decision.engine.name} ${decision.engine.version} in a virtual machine or on another one`,
              "only published ports lead in; claims that need a node's own address are skipped",
            ),
          ];
  }
}

function runtime(host: Host, { engine, conf }: EngineUse): Finding {
  if (host.cgroup === "v2") return yes("runtime", "any", engine.runtime);
  if (engine.runtime === "runc") return yes("runtime", "runc", "runc");
  return conf?.text.includes("runc") === true
    ? yes("runtime", "runc", `${engine.runtime}, switched to runc by ${conf.path}`)
    : warn("runtime", "runc", engine.runtime, 'set runtime = "runc" in your CONTAINERS_CONF');
}

function cgroup(host: Host): Finding {
  return host.cgroup === "v2"
    ? yes("cgroup", "v2", "v2")
    : warn("cgroup", "v2", `${host.cgroup}: the kubelet is told to accept it`, null);
}

function limits({ limits: { nofile }, mayRaiseLimits }: Host, engine: Engine): Finding {
  const wanted = "1048576 open files, or the right to raise it";
  return engine.name === "docker" || nofile >= 1_048_576 || mayRaiseLimits
    ? yes("limits", wanted, `${nofile} open files`)
    : warn("limits", wanted, `${nofile} open files: podman is told to ask for no more`, null);
}

function routes(host: Host, sealed: boolean): Finding {
  const wanted = "may be added";
  if (host.mayAddRoutes) return yes("routes", wanted, "yes (CAP_NET_ADMIN)");
  const found =
    "no CAP_NET_ADMIN: what this host sends to a cluster address that is gone leaves for the real network";
  return sealed
    ? no("routes", wanted, found, "run as root, or without SVCLAB_SEALED")
    : warn("routes", wanted, found, "run as root to have such packets stopped");
}
