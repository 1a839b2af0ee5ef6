import { ToolError } from "@svclab/contracts";

/** How long each step of `up` may take; on two cores each takes less than a third of it. */
const onTwoCoresMs = {
  apiAnswersMs: 30_000,
  nodesReadyMs: 90_000,
  dnsReadyMs: 60_000,
  trafficMs: 60_000,
} as const;

export type Limits = Readonly<Record<keyof typeof onTwoCoresMs, number>>;

/**
 * The limits, times SVCLAB_PATIENCE: 2 for a machine that is half as fast.
 * @throws ToolError (usage) where that is not a number above 0.
 */
export function clusterLimits(env: NodeJS.ProcessEnv = process.env): Limits {
  const patience = env["SVCLAB_PATIENCE"] ?? "1";
  const factor = Number(patience);
  if (!(factor > 0 && factor < Number.POSITIVE_INFINITY))
    throw new ToolError({
      code: "patience-unfit",
      expected: "SVCLAB_PATIENCE to be a number above 0, such as 2 for a slow machine",
      found: JSON.stringify(patience),
      todo: "unset it, or choose another number",
      exit: 2,
    });
  const { apiAnswersMs, nodesReadyMs, dnsReadyMs, trafficMs } = onTwoCoresMs;
  return {
    apiAnswersMs: apiAnswersMs * factor,
    nodesReadyMs: nodesReadyMs * factor,
    dnsReadyMs: dnsReadyMs * factor,
    trafficMs: trafficMs * factor,
  };
}
