import { type FaultKind, type ProberPlan, type ProberTargets, routeOf } from "@svclab/contracts";
import type { Clock } from "./clock.ts";
import { type Probing, setTargets } from "./probing.ts";

/** until-steady: before anything is done to the cluster, until each such route has answered once. */
type Stage = FaultKind | "until-steady";

/**
 * What is asked in these stages of a run only; every other route all the time. Whoever asks takes
 * part of the machine from what is asked.
 */
const askedDuring: Readonly<Record<string, readonly Stage[]>> = {
  "node-port-ip/new": ["leave-alone", "spread"],
  "load-balancer-ip/new": ["leave-alone"],
  "web-node-ip/new": ["leave-alone"],
  "load-balancer-port/new": ["leave-alone"],
  "node-port-local/new": ["leave-alone"],
  "versions/new": ["leave-alone"],
  "alias-dns": ["leave-alone"],
  "srv-dns": ["leave-alone"],
  "srv-headless-dns": ["leave-alone"],
  "cluster-ip-source/new": ["leave-alone"],
  "metrics-port/new": ["leave-alone"],
  "metrics-port-crossed/new": ["leave-alone"],
  "ingress-any/new": ["until-steady", "leave-alone"],
  "ingress-host/new": ["until-steady", "leave-alone"],
  "ingress-path/new": ["until-steady", "leave-alone"],
  "ingress-longer-path/new": ["until-steady", "leave-alone"],
  "http-route-split/new": ["until-steady", "spread"],
  "sticky/new": ["spread"],
  "sticky-briefly/new": ["spread"],
  "in-flight/new": ["delete-each"],
  "graceful/new": ["delete-many"],
};

/**
 * What is not asked in one stage, though it is all the rest of the time: the kernel tells one client
 * once a second that it is refused, and who is refused here would use that up for others.
 */
const restsDuring: Readonly<Record<string, Stage>> = { "target-port/new": "scale-to-zero" };

/**
 * For so long a route is asked before the fault begins: requests that last long are to be at work by
 * then.
 */
const leadMs: Readonly<Record<string, number>> = { "in-flight/new": 3_000 };

/** The routes that must have answered before a run is steady: a proxy learns its rules late. */
export function answerBeforeSteady(routes: Iterable<string>): string[] {
  return [...routes].filter((route) => askedDuring[route]?.includes("until-steady"));
}

/** A prober, and all that it is to ask at one time or another. */
export interface PlannedProber {
  readonly plan: ProberPlan;
  readonly prober: Probing;
}

export interface Asking {
  /** Asks, or no longer asks, what is asked in one stage only; resolves when it is asked for long enough. */
  ask(stage: Stage, on: boolean): Promise<void>;
  /** Makes the clients of a route connect anew for each request. */
  connectAnew(route: string): Promise<void>;
}

/** The plan without the targets of what is asked in some stages only. */
export function atFirst(plan: ProberPlan): ProberPlan {
  const probes = plan.probes.map((probe): ProberPlan["probes"][number] => {
    if (askedDuring[routeOf(probe.path)] === undefined) return probe;
    if (probe.kind === "dns") return { ...probe, paused: true };
    return probe.kind === "http" ? { ...probe, targets: [] } : probe;
  });
  return { ...plan, probes };
}

export function asking(
  planned: readonly PlannedProber[],
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Asking {
  const tell = async (
    isMeant: (route: string) => boolean,
    change: (targets: string[]) => Omit<ProberTargets, "path">,
  ) => {
    const told = planned.flatMap(({ plan, prober }) =>
      plan.probes.flatMap((probe) => {
        const route = routeOf(probe.path);
        if (!isMeant(route) || (probe.kind !== "http" && probe.kind !== "dns")) return [];
        const targets = probe.kind === "http" ? probe.targets : [probe.name];
        return [{ prober, route, path: probe.path, ...change(targets) }];
      }),
    );
    await Promise.all(told.map(({ prober, route: _, ...body }) => setTargets(prober, body)));
    return told.map(({ route }) => route);
  };
  return {
    ask: async (stage, on) => {
      const told = await tell(
        (route) => askedDuring[route]?.includes(stage) ?? false,
        (targets) => ({ targets: on ? targets : [] }),
      );
      await tell(
        (route) => restsDuring[route] === stage,
        (targets) => ({ targets: on ? [] : targets }),
      );
      const lead = Math.max(0, ...told.map((route) => leadMs[route] ?? 0));
      if (on && lead > 0) await clock.sleep(lead, signal);
    },
    connectAnew: async (meant) => {
      await tell(
        (route) => route === meant,
        (targets) => ({ targets, connection: "new" }),
      );
    },
  };
}
