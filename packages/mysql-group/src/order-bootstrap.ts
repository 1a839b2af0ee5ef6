import { ToolError } from "@svclab/contracts";
import type { GroupStore } from "./group-store.ts";
import { formatGtidSet, minus } from "./gtid-set.ts";
import { hasOf } from "./judge-ballot.ts";

/** What an order may cost: of each other member, what it has and the leader has not. */
export interface Ordered {
  readonly from: string;
  readonly losses: readonly { readonly pod: string; readonly transactions: string | null }[];
}

/**
 * Lets a Pod lead although others are missing or have more. The agent of that Pod carries it out,
 * and only while no group is seen to live. `null` of a loss: that member said nothing, so that
 * what it had is not known.
 * @throws ToolError order-impossible, order-overtaken
 */
export async function orderBootstrap(
  store: GroupStore,
  pods: readonly string[],
  from: string,
): Promise<Ordered> {
  const { record, version } = await store.read();
  const leader = record.stopped[from];
  if (leader === undefined)
    throw new ToolError({
      code: "order-impossible",
      expected: `${from} to be stopped and to have said what it has`,
      found: `stopped are: ${Object.keys(record.stopped).join(", ") || "none"}`,
      todo: "where the group lives, nothing needs to be begun; else wait until this Pod runs",
      exit: 2,
    });
  if (!(await store.write({ ...record, order: { from, epoch: record.epoch } }, version)))
    throw new ToolError({
      code: "order-overtaken",
      expected: "the group to stand still while the order is written",
      found: "an agent wrote at the same moment",
      todo: "look at the group again: it may have come back by itself",
    });
  const losses = pods
    .filter((pod) => pod !== from)
    .map((pod) => {
      const member = record.stopped[pod];
      const lost = member === undefined ? null : minus(hasOf(member), hasOf(leader));
      return { pod, transactions: lost === null ? null : formatGtidSet(lost) };
    });
  return { from, losses };
}
