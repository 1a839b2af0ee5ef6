import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FaultKind } from "@svclab/contracts";
import type { Claim } from "./claim.ts";
import { answerBeforeSteady } from "./observe/asking.ts";
import { type Checker, readChecker } from "./observe/checker.ts";
import { type Clock, machineClock } from "./observe/clock.ts";
import { type Lab, readLab } from "./observe/lab.ts";
import { applyAll } from "./observe/manifests.ts";
import { until } from "./observe/wait.ts";
import type { RunRequest } from "./run.ts";

/** What a run needs and does not change. */
export interface Stage {
  readonly lab: Lab;
  readonly checker: Checker;
  readonly script: string;
  readonly faults: readonly FaultKind[];
  /** Routes that must have answered before anything is done. */
  readonly first: readonly string[];
}

const addressesMs = 60_000;

/** Reads it, and waits for the addresses at which it asks. */
export async function prepare(request: RunRequest): Promise<Stage> {
  const { cluster, claims, manifests, signal, control = false } = request;
  const checker = await readChecker(join(manifests, "checker"), request.images);
  const script = await readFile(request.loadScript, "utf8");
  const { clock = machineClock } = request;
  const first = request.nodesReachable ? answerBeforeSteady(routesOf(claims)) : [];
  const lab = await withAddresses(first.length > 0, () => readLab(cluster, signal), clock, signal);
  await applyAll(cluster, checker.objects, signal);
  const isAskedFor = (fault: FaultKind) =>
    request.violation?.faults?.includes(fault) ??
    claims.some((claim) => claim.faults.includes(fault));
  const faults = control ? [] : FaultKind.options.filter(isAskedFor);
  return { lab, checker, script, faults, first };
}

export function routesOf(claims: readonly Claim[]): ReadonlySet<string> {
  return new Set(claims.flatMap(({ paths }) => paths));
}

/** An Ingress and a Gateway have their addresses some time after they were made. */
async function withAddresses(
  needed: boolean,
  read: () => Promise<Lab>,
  clock: Clock,
  signal: AbortSignal,
): Promise<Lab> {
  return until(clock, signal, {
    what: "the Ingress and the Gateway to have addresses",
    look: async () => {
      const lab = await read();
      const has = lab.ingress.length > 0 && lab.gateway.length > 0;
      return has || !needed ? lab : null;
    },
    seen: () => "one has none",
    limitMs: addressesMs,
    everyMs: 500,
    todo: "see kubectl get ingress,gateway -n svclab; their addresses are cloud-provider-kind's",
  });
}
