export { type App, apps } from "./app/app-images.ts";
export { type Certificates, makeCertificates } from "./app/certificates.ts";
export { appNamespace } from "./app/install.ts";
export { type CacheEntry, cacheList, cachePrune } from "./cache.ts";
export type { ProxyMode } from "./cluster/kind-config.ts";
export { type Kubectl, kubectlFor } from "./cluster/kubectl.ts";
export { clusterNames, defaultName } from "./cluster/names.ts";
export { mostWorkers, nodeContainers, onNode } from "./cluster/nodes.ts";
export { type ClusterPlace, type ClusterRecord, readRecord } from "./cluster/place.ts";
export { type CommandOptions, type CommandResult, command, tryCommand } from "./command.ts";
export { readLock, reference } from "./images/lock.ts";
export {
  hostPrograms,
  type Lab,
  labDown,
  labInstall,
  labPlace,
  labUp,
  openLab,
} from "./lab.ts";
export { labAppImages } from "./lab-images.ts";
export type { Engine } from "./machine/decide-engine.ts";
export { cacheDir, checkoutDir, stateDir } from "./machine/directories.ts";
export { requireDisk } from "./machine/disk.ts";
export { diagnose } from "./machine/doctor.ts";
export { findEngine } from "./machine/engine.ts";
export { type EngineApi, removeByLabel, startEngineApi } from "./machine/engine-api.ts";
export type { Finding } from "./machine/finding.ts";
export { formatFindings } from "./machine/format-findings.ts";
export { ensurePackages } from "./machine/packages.ts";
export { requirePorts } from "./machine/ports.ts";
export { type ClusterStatus, labStatus, parts } from "./status.ts";
