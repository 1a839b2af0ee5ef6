import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ToolError } from "@svclab/contracts";
import { command, tryCommand } from "../command.ts";
import type { Engine } from "../machine/decide-engine.ts";
import { requirePorts } from "../machine/ports.ts";
import { writePid } from "../pid-file.ts";
import { checkTraffic } from "./check-traffic.ts";
import { down } from "./down.ts";
import { findOwn, realPath } from "./find-own.ts";
import {
  addUnreachableRoutes,
  createNetwork,
  isSealedOnHost,
  networkFacts,
  nodeSeal,
  sealOnHost,
} from "./host-network.ts";
import { requireInotify } from "./inotify.ts";
import { containerdUnit, type HostLimits, kindConfig, type ProxyMode } from "./kind-config.ts";
import { apiAnswers, type Kubectl, kubectlFor } from "./kubectl.ts";
import { clusterLimits, type Limits } from "./limits.ts";
import { loadBalancerRuns, startLoadBalancer } from "./load-balancer.ts";
import { type Cidr, type ClusterNetworks, chooseNetworks, routedNetworks } from "./networks.ts";
import { nodeContainers, nodeLog, nodeNames, onNode } from "./nodes.ts";
import { type ClusterPlace, type ClusterRecord, readRecord, writeRecord } from "./place.ts";
import { sealCoreDns } from "./seal-dns.ts";
import { waitFor } from "./wait-for.ts";

/** Programs on the host, by absolute path. */
export interface HostPrograms {
  readonly kind: string;
  readonly kubectl: string;
  readonly "cloud-provider-kind": string;
}

export interface UpOptions {
  readonly checkout: string;
  readonly engine: Engine;
  readonly programs: HostPrograms;
  readonly nodeImage: string;
  readonly kubernetes: string;
  readonly lane: "built" | "pulled";
  readonly proxyMode: ProxyMode;
  readonly workers: number;
  readonly host: HostLimits;
  /** Refuse to go on where something could leave the machine. */
  readonly sealed: boolean;
  /** Leave what was begun when it fails, to be looked at. */
  readonly retain: boolean;
  readonly write: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Brings the cluster up, or leaves a whole one as it is. What an interrupted call left behind is
 * taken down first. Returns true when anything was changed.
 */
export async function up(place: ClusterPlace, options: UpOptions): Promise<boolean> {
  const { engine } = options;
  const limits = clusterLimits();
  const { nodes, network } = await findOwn(engine, place);
  const record = await readRecord(place);
  if (record !== undefined && nodes.length > 1) {
    await refuseOther(place, options, nodes[0]?.imageId ?? "", record);
    if (nodes.length === 1 + options.workers && nodes.every(({ running }) => running)) {
      const kubectl = kubectlFor(options.programs.kubectl, place.kubeconfig, place.context);
      if (await answersInTime(kubectl, limits.apiAnswersMs)) {
        const resealed = record.sealed && (await sealAgain(place, options, record));
        return (await keepLoadBalancer(place, options)) || resealed;
      }
    }
  }
  // The folder is the first thing that is made and the last that goes.
  if (network !== undefined || existsSync(place.folder)) {
    options.write(`${place.cluster} is not whole: taking down what is left of it`);
    await down(place, options);
  }
  try {
    await create(place, options, limits);
  } catch (error) {
    if (options.retain) throw error;
    options.write("taking down what was begun");
    await down(place, options).catch((second) => options.write(`and that failed: ${second}`));
    throw error;
  }
  return true;
}

async function create(place: ClusterPlace, options: UpOptions, limits: Limits): Promise<void> {
  const { engine, write } = options;
  await mkdir(place.folder, { recursive: true });
  if (!engine.elsewhere) await requireInotify(1 + options.workers);
  await requirePorts(options.host.mapNodePorts);
  const networks = await claimNetworks(place, options);
  const { bridge, subnet } = await networkFacts(engine, place.network);
  if (options.sealed) await sealOnHost(place.network, bridge);

  const unit = join(place.folder, "containerd-limits.conf");
  if (options.host.limits !== null) await writeFile(unit, containerdUnit(options.host.limits));
  const config = await kindConfig(options.checkout, {
    cluster: place.cluster,
    networks,
    proxyMode: options.proxyMode,
    workers: options.workers,
    host: options.host,
    containerdUnit: unit,
  });
  const configFile = join(place.folder, "kind.yaml");
  await writeFile(configFile, config);
  await kindCreate(place, options, configFile);

  const kubectl = kubectlFor(options.programs.kubectl, place.kubeconfig, place.context);
  if (options.sealed) await seal(place, options, kubectl, networks, subnet);
  await startLoadBalancer(
    engine,
    options.programs["cloud-provider-kind"],
    place,
    options.host.mapNodePorts.length > 0,
  );
  write("waiting for all nodes to be Ready");
  await nodesReady(place, options, kubectl, limits.nodesReadyMs);
  write("waiting for DNS and the load balancer to answer");
  await dnsReady(kubectl, limits.dnsReadyMs, options.signal);
  // Where only published ports lead in, no load balancer's address is reached from here.
  if (options.host.mapNodePorts.length === 0)
    await checkTraffic(kubectl, place, limits.trafficMs, options.signal);
  const [node] = await nodeContainers(engine, place.cluster);
  await writeRecord(place, {
    cluster: place.cluster,
    nodeImageId: node?.imageId ?? "",
    kubernetes: options.kubernetes,
    lane: options.lane,
    proxyMode: options.proxyMode,
    workers: options.workers,
    ...networks,
    sealed: options.sealed,
  });
}

/** Routes first, then the engine's network: no cluster starts while its addresses could leave. */
async function claimNetworks(place: ClusterPlace, options: UpOptions): Promise<ClusterNetworks> {
  const { engine } = options;
  const routed = await hostRoutes();
  const networks = chooseNetworks(routed);
  if (networks === undefined)
    throw new ToolError({
      code: "no-free-network",
      expected: "two of the usual private networks that this host does not route elsewhere",
      found: `routes to ${routed.join(", ")}`,
      todo: "end a VPN or a bridge that takes them",
    });
  const folder = realPath(place.folder);
  await createNetwork(engine, { network: place.network, folder }, networks);
  try {
    await addUnreachableRoutes(networks);
  } catch (error) {
    if (options.sealed)
      throw new ToolError({
        code: "routes-refused",
        expected: "routes that keep cluster addresses on this machine, as SVCLAB_SEALED=1 asks",
        found: error instanceof ToolError ? error.found : String(error),
        todo: "run as root, or give this process the capability NET_ADMIN",
        cause: error,
      });
    options.write(
      "routes could not be added: packets to cluster addresses that no node knows may leave this machine",
    );
  }
  return networks;
}

async function hostRoutes(): Promise<Cidr[]> {
  if (process.platform !== "linux") return [];
  const json = await command("ip", ["-json", "-4", "route", "show", "table", "all"]);
  return routedNetworks(json);
}

async function kindCreate(place: ClusterPlace, options: UpOptions, config: string): Promise<void> {
  const { engine, programs } = options;
  const result = await tryCommand(
    programs.kind,
    [
      ...["create", "cluster", "--retain", "--config", config],
      ...["--image", options.nodeImage, "--kubeconfig", place.kubeconfig],
    ],
    {
      env: {
        ...engine.env,
        KIND_EXPERIMENTAL_PROVIDER: engine.name,
        KIND_EXPERIMENTAL_PODMAN_NETWORK: place.network,
        KIND_EXPERIMENTAL_DOCKER_NETWORK: place.network,
      },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      // Killed outright, this program leaves kind running: the next call must find it.
      onStart: (pid) => void writePid(join(place.folder, "kind.pid"), pid),
      onLine: (line) => {
        const step = /[✓✗] (.*)/u.exec(line)?.[1];
        // A picture for each node would be noise where the locale has none.
        if (step !== undefined) options.write(`kind: ${step.replace(/[^\x20-\x7e]/gu, "").trim()}`);
      },
    },
  );
  if (result.exitCode === 0) return;
  options.signal?.throwIfAborted();
  const [node] = await nodeContainers(engine, place.cluster);
  const log = node === undefined ? "" : await nodeLog(engine, node.name, 8);
  throw new ToolError({
    code: "cluster-failed",
    expected: "kind to create the cluster",
    found: `${result.stdout.split("\n").slice(-12).join("\n    ")}\n    ${log.split("\n").join("\n    ")}`,
    todo: "read the lines above; ./svclab doctor checks what this machine lacks",
  });
}

async function seal(
  place: ClusterPlace,
  { engine }: UpOptions,
  kubectl: Kubectl,
  networks: ClusterNetworks,
  subnet: Cidr,
): Promise<void> {
  for (const { name } of await nodeContainers(engine, place.cluster))
    await onNode(engine, name, ["nft", "-f", "-"], nodeSeal(networks, subnet));
  await sealCoreDns(kubectl);
}

async function nodesReady(
  place: ClusterPlace,
  options: UpOptions,
  kubectl: Kubectl,
  limitMs: number,
): Promise<void> {
  let unready = nodeNames(place.cluster, 0)[0] ?? "";
  await waitFor(
    async () => {
      const ready = '{.status.conditions[?(@.type=="Ready")]';
      const text = await kubectl([
        ...["get", "nodes", "-o"],
        `jsonpath={range .items[*]}{.metadata.name} ${ready}.status} ${ready}.message}{"\\n"}{end}`,
      ]);
      const nodes = text.trim().split("\n");
      const found = nodes.find((node) => node.split(" ")[1] !== "True");
      if (found === undefined && nodes.length === 1 + options.workers) return undefined;
      unready = found?.split(" ")[0] || unready;
      return found ?? `${nodes.length} of ${1 + options.workers} nodes`;
    },
    {
      code: "node-not-ready",
      what: "all nodes to be Ready",
      limitMs,
      todo: "read the node's log above; less may have to run on this machine at the same time, or SVCLAB_PATIENCE=2 waits longer",
      evidence: () => nodeLog(options.engine, unready, 8),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    },
  );
}

async function dnsReady(kubectl: Kubectl, limitMs: number, signal?: AbortSignal): Promise<void> {
  const own = ["-n", "kube-system"];
  await waitFor(
    async () => {
      const state = ["rollout", "status", "deployment/coredns", "--watch=false"];
      const told = (await kubectl([...own, ...state])).trim();
      return told.endsWith("successfully rolled out") ? undefined : told;
    },
    {
      code: "dns-not-ready",
      what: "cluster DNS to be ready",
      limitMs,
      todo: "less may have to run on this machine at the same time; SVCLAB_PATIENCE=2 waits longer",
      evidence: () => kubectl([...own, "get", "pods", "-o", "wide"]),
      ...(signal === undefined ? {} : { signal }),
    },
  );
}

/** Slow is not gone: a cluster that is whole by all other signs gets its time to say so. */
async function answersInTime(kubectl: Kubectl, limitMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + limitMs;
  while (!(await apiAnswers(kubectl))) {
    if (performance.now() > deadlineMs) return false;
    await sleep(500);
  }
  return true;
}

/**
 * What seals a cluster can be lost under it: a node that was restarted has no rules, a host whose
 * rules were loaded anew has no table. True when something was put back.
 */
async function sealAgain(
  place: ClusterPlace,
  { engine, write }: UpOptions,
  record: ClusterRecord,
): Promise<boolean> {
  const { bridge, subnet } = await networkFacts(engine, place.network);
  let mended = false;
  if (!(await isSealedOnHost(place.network))) {
    write("the host's rules were gone: setting them again");
    await addUnreachableRoutes(record);
    await sealOnHost(place.network, bridge);
    mended = true;
  }
  for (const { name } of await nodeContainers(engine, place.cluster)) {
    const list = ["sh", "-c", "nft list table ip svclab-seal >/dev/null 2>&1 || echo gone"];
    if ((await onNode(engine, name, list)).trim() !== "gone") continue;
    write(`the rules of ${name} were gone: setting them again`);
    await onNode(engine, name, ["nft", "-f", "-"], nodeSeal(record, subnet));
    mended = true;
  }
  return mended;
}

async function keepLoadBalancer(place: ClusterPlace, options: UpOptions): Promise<boolean> {
  if (await loadBalancerRuns(place)) return false;
  options.write("the load balancer's controller had ended: starting it again");
  const program = options.programs["cloud-provider-kind"];
  await startLoadBalancer(options.engine, program, place, options.host.mapNodePorts.length > 0);
  return true;
}

async function refuseOther(
  place: ClusterPlace,
  options: UpOptions,
  imageId: string,
  record: ClusterRecord,
): Promise<void> {
  const wanted = await command(
    options.engine.program,
    ["image", "inspect", "--format", "{{.Id}}", options.nodeImage],
    { env: options.engine.env },
  );
  const same = (id: string) => id.replace("sha256:", "").trim();
  const differs = [
    same(imageId) === same(wanted) ? "" : `nodes from image ${same(imageId).slice(0, 12)}`,
    record.kubernetes === options.kubernetes ? "" : `Kubernetes ${record.kubernetes}`,
    record.proxyMode === options.proxyMode ? "" : `kube-proxy in ${record.proxyMode} mode`,
    record.workers === options.workers ? "" : `${record.workers} workers`,
    record.sealed || !options.sealed ? "" : "nodes that are not sealed",
  ].filter((difference) => difference !== "");
  if (differs.length === 0) return;
  throw new ToolError({
    code: "cluster-differs",
    expected: `${place.cluster} with image ${same(wanted).slice(0, 12)}, Kubernetes ${options.kubernetes}, kube-proxy in ${options.proxyMode} mode`,
    found: differs.join(", "),
    todo: `./svclab down --name ${place.name}, or choose another --name`,
  });
}
