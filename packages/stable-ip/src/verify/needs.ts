import type { EventOf } from "@svclab/contracts";
import type { Need } from "../claim.ts";

type World = EventOf<"run-began">["world"];

const met: Readonly<Record<Need, (world: World) => boolean>> = {
  "two-replicas": (world) => world.replicas >= 2,
  "two-workers": (world) => world.workers.length >= 2,
  "node-addresses": (world) => world.nodesReachable,
};

export function missingNeeds(world: World, needs: readonly Need[]): Need[] {
  return needs.filter((need) => !met[need](world));
}
