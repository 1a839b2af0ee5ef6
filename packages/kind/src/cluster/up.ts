import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { requirePorts } from "../machine/ports.ts";
import { checkTraffic } from "./check-traffic.ts";
import { claimNetworks } from "./claim-networks.ts";
import { requireClosedResolver } from "./closed-resolver.ts";
import { dnsOnEveryNode } from "./dns-on-every-node.ts";
import { down } from "./down.ts";
import { findOwn } from "./find-own.ts";
import { networkFacts, sealOnHost } from "./host-network.ts";
import { requireInotify } from "./inotify.ts";
import { containerdUnit, kindConfig } from "./kind-config.ts";
import { kindCreate } from "./kind-create.ts";
import { type Kubectl, kubectlFor } from "./kubectl.ts";
import { clusterLimits, type Limits } from "./limits.ts";
import { loadBalancerRuns, startLoadBalancer } from "./load-balancer.ts";
import { nodeContainers } from "./nodes.ts";
import { type ClusterPlace, readRecord, writeRecord } from "./place.ts";
import { answersInTime, dnsReady, nodesReady } from "./ready.ts";
import { refuseOther } from "./refuse-other.ts";
import { seal, sealAgain } from "./seal.ts";
import type { UpOptions } from "./up-options.ts";

/**
 * Brings the cluster up, or leaves a whole one as it is. What an interrupted call left behind is
 * taken down first. Returns true when anything was changed.
 */
export async function up(place: ClusterPlace, options: UpOptions): Promise<boolean> {
  const { engine } = options;
  const limits = clusterLimits();
  const { nodes, network } = await findOwn(engine, place);
  const record = await readRecord(place);
  if (record !== undefined && nodes.length > 0) {
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
  const { engine } = options;
  await mkdir(place.folder, { recursive: true });
  if (!engine.elsewhere) await requireInotify(1 + options.workers);
  if (options.sealed) await requireClosedResolver(engine);
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
  await dnsOnEveryNode(kubectl, 1 + options.workers);
  await startLoadBalancer(
    engine,
    options.programs["cloud-provider-kind"],
    place,
    options.host.mapNodePorts.length > 0,
  );
  // Whatever becomes of the one, nothing is taken down under the other.
  const meanwhile = options.meanwhile();
  await becomeWhole(place, options, kubectl, limits).catch(async (error) => {
    options.write("waiting for what was begun meanwhile to end");
    await meanwhile;
    throw error;
  });
  await meanwhile;
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

async function becomeWhole(
  place: ClusterPlace,
  options: UpOptions,
  kubectl: Kubectl,
  limits: Limits,
): Promise<void> {
  const { write, signal } = options;
  write("waiting for all nodes to be Ready");
  await nodesReady(place, options, kubectl, limits.nodesReadyMs);
  write("waiting for DNS and the load balancer to answer");
  await dnsReady(kubectl, limits.dnsReadyMs, signal);
  // Where only published ports lead in, no load balancer's address is reached from here.
  if (options.host.mapNodePorts.length === 0)
    await checkTraffic(kubectl, place, limits.trafficMs, signal);
}

async function keepLoadBalancer(place: ClusterPlace, options: UpOptions): Promise<boolean> {
  if (await loadBalancerRuns(place)) return false;
  options.write("the load balancer's controller had ended: starting it again");
  const program = options.programs["cloud-provider-kind"];
  await startLoadBalancer(options.engine, program, place, options.host.mapNodePorts.length > 0);
  return true;
}
