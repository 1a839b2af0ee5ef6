import { decideEngine } from "./decide-engine.ts";
import { diskNeededBytes, gigabytes } from "./disk.ts";
import { engineFindings } from "./engine-findings.ts";
import { type Finding, no, warn, yes } from "./finding.ts";
import { installIp } from "./install-command.ts";
import { laneFindings } from "./lane-findings.ts";
import type { MachineFacts } from "./machine-facts.ts";

const memoryNeededBytes = 8 * 2 ** 30;
const coresWanted = 2;

/** What of the machine is as wanted. Pure: the same facts give the same findings. */
export function findings(facts: MachineFacts): Finding[] {
  const decision = decideEngine(facts.engine);
  const engine = decision.act === "use" ? decision.engine : null;
  const { tools, diskFree } = facts;
  const kernelIsShared = facts.engine.host.os === "linux" && engine?.elsewhere !== true;
  return [
    tool("git", "any", tools.git),
    tool("make", "any", tools.make),
    tool("node", "22.19 or newer", tools.node),
    tool("npm", "next to node", tools.npm),
    ...engineFindings(facts, decision),
    ...(facts.engine.host.os === "linux" ? [tool("ip", "any", tools.ip, installIp)] : []),
    ...(kernelIsShared ? [kernel(facts.kernel)] : []),
    disk("disk for images", diskFree.images, "free some, or move the engine's storage"),
    disk("disk for the cache", diskFree.cache, "free some, or set SVCLAB_CACHE to another disk"),
    memory(engine?.memoryBytes ?? facts.memoryBytes),
    cores(engine?.cpus ?? facts.cpus),
    ...laneFindings(facts),
    ...facts.ports.map(({ port, free }) => portFinding(port, free)),
    locale(facts.locale),
    yes("terminal", "any", facts.terminal ? "yes" : "none: progress as plain lines, no colour"),
  ];
}

function tool(
  what: string,
  wanted: string,
  found: string | null,
  todo = `install ${what}`,
): Finding {
  return found === null ? no(what, wanted, "not on PATH", todo) : yes(what, wanted, found);
}

function kernel(features: MachineFacts["kernel"]): Finding {
  if (features === null) {
    const found = "its configuration cannot be read";
    return warn("kernel", "bridge, veth, overlay, nftables", found, null);
  }
  const names = Object.keys(features);
  const without = names.filter((name) => features[name] !== true);
  return without.length === 0
    ? yes("kernel", names.join(", "), "all there")
    : no("kernel", names.join(", "), `without ${without.join(", ")}`, "use another kernel");
}

function disk(what: string, free: number | null, todo: string): Finding {
  const wanted = `${gigabytes(diskNeededBytes)} free`;
  if (free === null) {
    return warn(what, wanted, "not known: the engine is elsewhere", "look in its settings");
  }
  const found = `${gigabytes(free)} free`;
  return free >= diskNeededBytes ? yes(what, wanted, found) : no(what, wanted, found, todo);
}

function memory(bytes: number): Finding {
  const found = `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  return bytes >= memoryNeededBytes
    ? yes("memory", "8 GiB", found)
    : no("memory", "8 GiB", found, "give this machine, or the engine's virtual one, more");
}

function cores(cpus: number): Finding {
  return cpus >= coresWanted
    ? yes("cores", `${coresWanted}`, `${cpus}`)
    : warn("cores", `${coresWanted}`, `${cpus}: everything takes longer`, null);
}

function portFinding(port: number, free: boolean): Finding {
  return free
    ? yes(`port ${port}`, "free", "free")
    : no(`port ${port}`, "free", "taken", `end what listens on ${port} (ss -ltnp)`);
}

function locale(found: string): Finding {
  const isUtf8 = /utf-?8/i.test(found);
  return yes("locale", "any", isUtf8 ? found : `${found || "none"}: output keeps to ASCII`);
}
