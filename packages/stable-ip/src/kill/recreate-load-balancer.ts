import { routeOf } from "@svclab/contracts";
import { limits as decided } from "../limits.ts";
import { names } from "../observe/lab.ts";
import { loadBalancerPath } from "../observe/plans.ts";
import type { KillingHands } from "./hands.ts";
import { limits } from "./limits.ts";
import { recreateService } from "./recreate-service.ts";

const route = routeOf(loadBalancerPath);

/**
 * Deletes the Service of type LoadBalancer and makes it again, so that it has to get its address
 * while somebody looks, and to answer there. That either comes too late is for the judge to say: the
 * wait ends all the same.
 */
export async function recreateLoadBalancer(hands: KillingHands): Promise<void> {
  const { world, clock, signal } = hands;
  const restored = await recreateService(hands, names.loadBalancer, "any-ip");
  restored();
  const untilMs = clock.nowMs() + decided.addressMs + limits.pastAddressMs;
  const address = () => world.services.get(names.loadBalancer)?.loadBalancer[0];
  while (address() === undefined && clock.nowMs() < untilMs) await clock.sleep(50, signal);
  if (address() === undefined) return;
  const enough = hands.answers(route) + limits.balancerAnswers;
  const endMs = clock.nowMs() + limits.afterAddressMs;
  while (hands.answers(route) < enough && clock.nowMs() < endMs) await clock.sleep(50, signal);
}
