import { limits as decided } from "../limits.ts";
import { names } from "../observe/lab.ts";
import type { Hands } from "./hands.ts";
import { limits } from "./limits.ts";
import { recreateService } from "./recreate-service.ts";

/**
 * Deletes the Service of type LoadBalancer and makes it again, so that it has to get its address
 * while somebody looks. That none comes in time is for the judge to say: the wait ends either way.
 */
export async function recreateLoadBalancer(hands: Hands): Promise<void> {
  const { world, clock, signal } = hands;
  const restored = await recreateService(hands, names.loadBalancer, "any-ip");
  restored();
  const untilMs = clock.nowMs() + decided.addressMs + limits.pastAddressMs;
  const address = () => world.services.get(names.loadBalancer)?.loadBalancer[0];
  while (address() === undefined && clock.nowMs() < untilMs) await clock.sleep(50, signal);
  if (address() !== undefined) await clock.sleep(limits.afterAddressMs, signal);
}
