import { type FaultKind, type ProberPlan, type ProberTargets, routeOf } from "@svclab/contracts";
import { type Probing, setTargets } from "./probing.ts";

/**
 * What is asked during these faults only; every other route all the time. Whoever asks takes part
 * of the machine from what is asked.
 */
const askedDuring: Readonly<Record<string, readonly FaultKind[]>> = {
  "node-port-ip/new": ["leave-alone", "spread"],
  "load-balancer-ip/new": ["leave-alone"],
  "load-balancer-port/new": ["leave-alone"],
  "node-port-local/new": ["leave-alone"],
  "metrics-port/new": ["leave-alone"],
  "metrics-port-crossed/new": ["leave-alone"],
  "ingress-any/new": ["leave-alone"],
  "ingress-host/new": ["leave-alone"],
  "ingress-path/new": ["leave-alone"],
  "ingress-longer-path/new": ["leave-alone"],
  "http-route-split/new": ["spread"],
  "sticky/new": ["spread"],
  "sticky-briefly/new": ["spread"],
  "in-flight/new": ["delete-each"],
  "graceful/new": ["delete-many"],
};

/** A prober, and all that it is to ask at one time or another. */
export interface PlannedProber {
  readonly plan: ProberPlan;
  readonly prober: Probing;
}

export interface Asking {
  /** Asks, or no longer asks, what is asked during a fault only. */
  ask(during: FaultKind, on: boolean): Promise<void>;
  /** Makes the clients of a route connect anew for each request. */
  connectAnew(route: string): Promise<void>;
}

/** The plan without the targets of what is asked during a fault only. */
export function atFirst(plan: ProberPlan): ProberPlan {
  const probes = plan.probes.map((probe) =>
    probe.kind === "http" && askedDuring[routeOf(probe.path)] !== undefined
      ? { ...probe, targets: [] }
      : probe,
  );
  return { ...plan, probes };
}

export function asking(planned: readonly PlannedProber[]): Asking {
  const tell = async (
    isMeant: (route: string) => boolean,
    change: (targets: string[]) => Omit<ProberTargets, "path">,
  ) => {
    const told = planned.flatMap(({ plan, prober }) =>
      plan.probes.flatMap((probe) =>
        probe.kind === "http" && isMeant(routeOf(probe.path))
          ? [setTargets(prober, { path: probe.path, ...change(probe.targets) })]
          : [],
      ),
    );
    await Promise.all(told);
  };
  return {
    ask: (during, on) =>
      tell(
        (route) => askedDuring[route]?.includes(during) ?? false,
        (targets) => ({ targets: on ? targets : [] }),
      ),
    connectAnew: (meant) =>
      tell(
        (route) => route === meant,
        (targets) => ({ targets, connection: "new" }),
      ),
  };
}
