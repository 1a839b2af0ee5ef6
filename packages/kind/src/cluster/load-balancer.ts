import { spawn } from "node:child_process";
import { openSync } from "node:fs";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { command, tryCommand } from "../command.ts";
import type { Engine } from "../machine/decide-engine.ts";
import { endPid, readPid } from "../pid-file.ts";
import { argumentGone } from "./processes.ts";

/** cloud-provider-kind's label on its containers; its value is kind's name of the cluster. */
const containerLabel = "io.x-k8s.cloud-provider-kind.cluster";

export interface LoadBalancerPlace {
  readonly cluster: string;
  readonly network: string;
  /** A folder of this cluster's own. */
  readonly folder: string;
}

/**
 * Starts cloud-provider-kind in the background, under a supervisor that starts it again when it
 * ends and ends with the cluster. It sees this cluster only: it is given an engine that lists no
 * other. Source: pkg/controller of cloud-provider-kind 0.10.0, which serves every cluster listed
 * and at its end removes every container with its label.
 */
export async function startLoadBalancer(
  engine: Engine,
  program: string,
  place: LoadBalancerPlace,
  mapPorts: boolean,
): Promise<void> {
  if (await loadBalancerRuns(place)) return;
  await endStray(place);
  const bin = join(place.folder, "bin");
  await mkdir(bin, { recursive: true });
  // kind's library inside it takes the first command that exists, whether it answers or not.
  for (const name of ["docker", "podman", "nerdctl", "finch"]) {
    const shim = join(bin, name);
    const text =
      name === engine.name ? engineShim(engine.program, place.cluster) : "#!/bin/sh\nexit 127\n";
    await writeFile(shim, text);
    await chmod(shim, 0o755);
  }
  const log = openSync(join(place.folder, "load-balancer.log"), "a");
  const supervisor = spawn(
    process.execPath,
    [
      join(import.meta.dirname, "supervise.ts"),
      place.folder,
      program,
      ...(mapPorts ? ["--enable-lb-port-mapping"] : []),
    ],
    {
      detached: true,
      stdio: ["ignore", log, log],
      env: {
        ...process.env,
        ...engine.env,
        PATH: `${bin}:${process.env["PATH"] ?? ""}`,
        KIND_EXPERIMENTAL_PROVIDER: engine.name,
        // Both engines are told by docker's variable.
        KIND_EXPERIMENTAL_DOCKER_NETWORK: place.network,
      },
    },
  );
  supervisor.unref();
  const deadlineMs = performance.now() + 5_000;
  while (!(await loadBalancerRuns(place)) && performance.now() < deadlineMs) await sleep(50);
}

/** Ends it and removes its containers: at once, as their connections end with the cluster. */
export async function stopLoadBalancer(engine: Engine, place: LoadBalancerPlace): Promise<void> {
  await endPid(pidFile(place, "supervisor"), place.folder);
  await endStray(place);
  await argumentGone(`${containerLabel}=${place.cluster}`);
  const containers = await proxyContainers(engine, place);
  if (containers.length > 0)
    await tryCommand(
      engine.program,
      ["rm", "--force", "--volumes", ...stopNow(engine), ...containers],
      {
        env: engine.env,
      },
    );
}

/** Ids of the containers that carry the cluster's load balancers. */
export async function proxyContainers(
  engine: Engine,
  place: LoadBalancerPlace,
): Promise<readonly string[]> {
  const ids = await command(
    engine.program,
    ["ps", "--all", "--quiet", "--filter", `label=${containerLabel}=${place.cluster}`],
    { env: engine.env },
  );
  return ids.split("\n").filter((id) => id !== "");
}

/** Process ids of the controller and of its supervisor, where they run. */
export async function controllerPids(place: LoadBalancerPlace): Promise<readonly number[]> {
  const found = [
    await readPid(pidFile(place, "supervisor"), place.folder),
    await readPid(pidFile(place, "controller"), "cloud-provider-kind"),
  ];
  return found.filter((pid) => pid !== undefined);
}

export async function loadBalancerRuns(place: LoadBalancerPlace): Promise<boolean> {
  return (await readPid(pidFile(place, "supervisor"), place.folder)) !== undefined;
}

/** The last events that the controller told of, and its errors. */
export async function loadBalancerLog(place: LoadBalancerPlace, lines: number): Promise<string> {
  const log = await readFile(join(place.folder, "load-balancer.log"), "utf8");
  // klog's form: a letter for the severity, then the date.
  const told = log.split("\n").filter((line) => /^[EF]\d{4} |"Event occurred"|^ended /.test(line));
  return told.slice(-lines).join("\n");
}

/** A controller whose supervisor was killed goes on by itself; two would fight over the proxies. */
async function endStray(place: LoadBalancerPlace): Promise<void> {
  await endPid(pidFile(place, "controller"), "cloud-provider-kind", 0);
}

function pidFile(place: LoadBalancerPlace, of: "supervisor" | "controller"): string {
  return join(place.folder, `${of}.pid`);
}

function stopNow(engine: Engine): string[] {
  return engine.name === "podman" ? ["--time=0"] : [];
}

/**
 * The engine as cloud-provider-kind may see it: lists only this cluster's nodes and proxies, and
 * publishes their ports on loopback only. Left alone, the administration of each proxy would be
 * open on every address of the host.
 */
export function engineShim(program: string, cluster: string): string {
  return `#!/bin/bash
set -u
args=()
for arg in "$@"; do
  case $arg in
    label=io.x-k8s.kind.cluster | label=${containerLabel}) arg=$arg=${cluster} ;;
    --publish-all) continue ;;
    --publish=*) arg=--publish=127.0.0.1::\${arg#--publish=} ;;
  esac
  args+=("$arg")
done
# The controller's own group is for its own questions only; see sealedGroup.
group=()
if [ "$(id -u)" = 0 ] && [ "$(id -g)" != 0 ]; then group=(setpriv --regid 0 --clear-groups); fi
exec \${group[@]+"\${group[@]}"} '${program}' "\${args[@]}"
`;
}
