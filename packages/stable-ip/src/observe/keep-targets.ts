import type { ProberTargets } from "@svclab/contracts";
import { names } from "./lab.ts";
import { endpointRoute, loadBalancerPath } from "./plans.ts";
import { type Probing, setTargets } from "./probing.ts";
import type { World } from "./world.ts";

/**
 * So many addresses of Pods that are no longer the workload's are asked still: what is dead must be
 * seen to be, and what lives on without its label too.
 */
const goneAddresses = 3;

/**
 * Keeps the probers asking the addresses that are: each Pod's own, the last that are no more, and
 * the load balancer's. A prober that cannot be told is told again with the next change.
 */
export function keepTargets(
  world: World,
  probers: readonly Probing[],
  say: (line: string) => void,
): void {
  for (const prober of probers) {
    for (const { path } of prober.plan.probes) {
      if (path === loadBalancerPath) keep(prober, () => ({ path, targets: balancers(world) }));
      if (path.startsWith(`${endpointRoute}@`)) {
        keep(prober, () => ({ path, targets: podAddresses(world) }));
      }
    }
  }

  function keep(prober: Probing, wanted: () => ProberTargets): void {
    let told = "";
    let telling = false;
    const tell = async () => {
      if (telling) return;
      telling = true;
      try {
        for (let now = wanted(); JSON.stringify(now) !== told; now = wanted()) {
          await setTargets(prober, now);
          told = JSON.stringify(now);
        }
      } catch (error) {
        say(`${prober.plan.recorder} could not be told its targets: ${String(error)}`);
      } finally {
        telling = false;
      }
    };
    world.onChange(tell);
    void tell();
  }
}

function podAddresses(world: World): string[] {
  const alive = world.pods.flatMap((pod) => pod.ip ?? []);
  const gone = world.gone.slice(-goneAddresses).flatMap((pod) => pod.ip ?? []);
  return [...new Set([...alive, ...gone])];
}

function balancers(world: World): string[] {
  return [...(world.services.get(names.loadBalancer)?.loadBalancer ?? [])];
}
