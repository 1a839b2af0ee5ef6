import { readFile } from "node:fs/promises";
import { command } from "../command.ts";
import type { Engine } from "../machine/decide-engine.ts";
import { controllerPids, type LoadBalancerPlace, proxyContainers } from "./load-balancer.ts";
import { nodeContainers } from "./nodes.ts";

/** Of every process in a container, those of its Pods too; one may end while it is read. */
const readAll = "cat /proc/[0-9]*/smaps_rollup 2>/dev/null; true";

/**
 * Bytes of memory that the cluster's nodes and all that runs in them, its load balancers' proxies
 * and their controller take: the sum of their proportional set sizes (Pss in proc(5)), so that what
 * several share counts once. The kernel's own memory and the page cache are not in it.
 */
export async function clusterMemory(engine: Engine, place: LoadBalancerPlace): Promise<number> {
  const nodes = (await nodeContainers(engine, place.cluster)).map(({ name }) => name);
  const containers = [...nodes, ...(await proxyContainers(engine, place))];
  const inside = await Promise.all(
    containers.map((container) =>
      command(engine.program, ["exec", container, "sh", "-c", readAll], { env: engine.env }),
    ),
  );
  const outside = await Promise.all(
    (await controllerPids(place)).map((pid) =>
      readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => ""),
    ),
  );
  const silent = containers.filter((_, at) => proportionalBytes(inside[at] ?? "") === 0);
  if (silent.length > 0) throw new Error(`no Pss was read in ${silent.join(", ")}`);
  return [...inside, ...outside].reduce((sum, text) => sum + proportionalBytes(text), 0);
}

/** The sum of the `Pss:` lines of any number of smaps_rollup files. */
export function proportionalBytes(smaps: string): number {
  const kilobytes = [...smaps.matchAll(/^Pss: +(\d+) kB$/gm)].map(([, kb]) => Number(kb));
  return kilobytes.reduce((sum, kb) => sum + kb * 1024, 0);
}
