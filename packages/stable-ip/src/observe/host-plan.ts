import { type ProberPlan, pathId } from "@svclab/contracts";
import type { Lab } from "./lab.ts";
import {
  countedTimeoutMs,
  loadBalancerPath,
  type Probe,
  perSecond,
  pick,
  planOf,
  timeoutMs,
} from "./plans.ts";

const host = "host";

/** What is asked where HTTP comes in: k8s/base/web/ingress.yaml and http-route-split.yaml. */
const byHostAndPath = {
  "ingress-any": { url: "/whoami" },
  "ingress-host": { host: "api.svclab.test", url: "/whoami" },
  "ingress-path": { host: "lab.svclab.test", url: "/whoami" },
  "ingress-longer-path": { host: "lab.svclab.test", url: "/echo" },
  "http-route-split": { host: "split.svclab.test", url: "/whoami" },
} as const;

/** What is asked from outside the cluster; null where no claim needs it. */
export function hostPlan(lab: Lab, routes: ReadonlySet<string>): ProberPlan | null {
  const whoami = { kind: "http", url: "/whoami", timeoutMs, connection: "new" } as const;
  const all: Readonly<Record<string, Probe>> = {
    "node-port/new": {
      ...whoami,
      path: pathId("node-port", "new", host),
      timeoutMs: countedTimeoutMs,
      targets: Object.values(lab.nodeAddresses),
      port: lab.nodePort,
      tellsSource: true,
      perSecond: perSecond.nodePort,
    },
    "node-port-local/new": {
      ...whoami,
      path: pathId("node-port-local", "new", host),
      targets: Object.values(lab.nodeAddresses),
      port: lab.localNodePort,
      tellsSource: true,
      perSecond: perSecond.nodePort,
    },
    ...Object.fromEntries(
      Object.entries(byHostAndPath).map(([route, asked]) => [
        `${route}/new`,
        {
          ...{ ...whoami, ...asked, timeoutMs: countedTimeoutMs },
          path: pathId(route, "new", host),
          targets: route === "http-route-split" ? [...lab.gateway] : [...lab.ingress],
          port: 80,
          perSecond: route === "http-route-split" ? perSecond.split : perSecond.nodePort,
        },
      ]),
    ),
    "load-balancer-port/new": {
      ...whoami,
      path: pathId("load-balancer-port", "new", host),
      timeoutMs: countedTimeoutMs,
      targets: Object.values(lab.nodeAddresses),
      port: lab.loadBalancerNodePort,
      perSecond: perSecond.nodePort,
    },
    "load-balancer/new": {
      ...whoami,
      path: loadBalancerPath,
      targets: [...lab.loadBalancer],
      port: lab.loadBalancerPort,
      perSecond: perSecond.loadBalancer,
    },
  };
  const probes = pick(all, routes);
  return probes.length === 0 ? null : planOf(host, { host: "127.0.0.1", port: 0 }, probes);
}
