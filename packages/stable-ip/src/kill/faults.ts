import type { FaultKind } from "@svclab/contracts";
import type { Violation } from "../claim.ts";
import { limits as decided } from "../limits.ts";
import { deleteEach, deleteMany } from "./delete-each.ts";
import type { KillingHands } from "./hands.ts";
import { holdOneUnready } from "./hold-unready.ts";
import { limits } from "./limits.ts";
import { recreateLoadBalancer } from "./recreate-load-balancer.ts";
import { relabelOne } from "./relabel-one.ts";
import { rollOut } from "./roll-out.ts";
import { scaleToZero } from "./scale-to-zero.ts";
import { sigkillEach } from "./sigkill-each.ts";
import { type Load, spread } from "./spread.ts";

/** Does one fault, written down as begun and ended. One that throws is not written as ended. */
export async function cause(
  fault: FaultKind,
  hands: KillingHands,
  load: Load,
  violation: Violation | null,
): Promise<void> {
  hands.record({ kind: "fault-began", fault });
  await faultOf(fault, violation)(hands, load);
  hands.record({ kind: "fault-ended", fault });
}

type Fault = (hands: KillingHands, load: Load) => Promise<void>;

const faults: Readonly<Record<FaultKind, Fault>> = {
  "leave-alone": ({ clock, signal }) => clock.sleep(limits.aloneMs, signal),
  spread,
  "hold-unready": holdOneUnready,
  "relabel-one": relabelOne,
  "sigkill-each": sigkillEach,
  "delete-each": (hands) => deleteEach(hands),
  "scale-to-zero": scaleToZero,
  "roll-out": (hands) => rollOut(hands),
  "recreate-load-balancer": recreateLoadBalancer,
  "delete-many": (hands) => deleteMany(hands, decided.gracefulDeletions),
};

/**
 * Mistakes that are made in the place of delete-each: whoever runs it believes to have deleted the
 * Pods. The history tells what was really sent, within the span in which the judge looks for it.
 */
const inPlaceOfDeletes: Readonly<Record<string, Fault>> = {
  "kill-container-instead": sigkillEach,
  "force-delete-instead": (hands) => deleteEach(hands, "force"),
};

function faultOf(fault: FaultKind, violation: Violation | null): Fault {
  const how = violation?.how;
  const instead = how !== undefined && "fault" in how ? inPlaceOfDeletes[how.fault] : undefined;
  if (fault === "delete-each" && instead !== undefined) return instead;
  // A mistake shows in a few: many are needed to say that nothing is lost.
  if (fault === "delete-many" && violation !== null)
    return (hands) => deleteMany(hands, limits.deletionsToFindAMistake);
  return faults[fault];
}
