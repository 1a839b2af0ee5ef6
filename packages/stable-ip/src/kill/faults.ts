import type { FaultKind } from "@svclab/contracts";
import type { Violation } from "../claim.ts";
import { deleteEach } from "./delete-each.ts";
import type { Hands } from "./hands.ts";
import { holdOneUnready } from "./hold-unready.ts";
import { killContainersInstead } from "./kill-containers-instead.ts";
import { recreateLoadBalancer } from "./recreate-load-balancer.ts";
import { rollOut } from "./roll-out.ts";
import { scaleToZero } from "./scale-to-zero.ts";
import { sigkillEach } from "./sigkill-each.ts";
import { type Load, spread } from "./spread.ts";

/** Does one fault, written down as begun and ended. One that throws is not written as ended. */
export async function cause(
  fault: FaultKind,
  hands: Hands,
  load: Load,
  violation: Violation | null,
): Promise<void> {
  hands.record({ kind: "fault-began", fault });
  await faultOf(fault, violation)(hands, load);
  hands.record({ kind: "fault-ended", fault });
}

type Fault = (hands: Hands, load: Load) => Promise<void>;

const faults: Readonly<Record<FaultKind, Fault>> = {
  none: async () => {},
  spread,
  "hold-unready": holdOneUnready,
  "sigkill-each": sigkillEach,
  "delete-each": deleteEach,
  "scale-to-zero": scaleToZero,
  "roll-out": rollOut,
  "recreate-load-balancer": recreateLoadBalancer,
};

function faultOf(fault: FaultKind, violation: Violation | null): Fault {
  const how = violation?.how;
  const instead = how !== undefined && "fault" in how && how.fault === "kill-container-instead";
  return fault === "delete-each" && instead ? killContainersInstead : faults[fault];
}
