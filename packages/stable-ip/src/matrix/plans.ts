import { type HttpProbe, type ProberPlan, pathId } from "@svclab/contracts";
import { clusterControl, planOf } from "../observe/plans.ts";
import type { MatrixLab, SubjectName } from "./lab.ts";

/** A silence is seen to 50 ms from each place. */
const perSecond = 20;
const ask = { kind: "http", url: "/whoami", timeoutMs: 1_000, perSecond } as const;
const keptConnections = 4;

type Way =
  | "cluster-ip/new"
  | "cluster-ip/kept"
  | "name/new"
  | "name/kept"
  | "headless-name/new"
  | "node-port/new"
  | "load-balancer/new"
  | "ingress/new"
  | "http-route/new";

type Asked = Pick<HttpProbe, "targets" | "port">;

const byIpOf = ({ subjects }: MatrixLab, subject: SubjectName): Asked => {
  return { targets: [subjects[subject].clusterIP], port: 80 };
};

/** The ways from inside the cluster, from each worker. */
function inside(lab: MatrixLab): Partial<Record<Way, Asked>> {
  const byIp = byIpOf(lab, "target");
  const byName = { targets: [lab.insideName], port: 80 };
  return {
    "cluster-ip/new": byIp,
    "cluster-ip/kept": byIp,
    "name/new": byName,
    "name/kept": byName,
    "headless-name/new": { targets: [lab.directName], port: 8_080 },
  };
}

/** The ways from outside of it. */
function outside(lab: MatrixLab): Partial<Record<Way, Asked>> {
  return {
    "node-port/new": { targets: Object.values(lab.nodeAddresses), port: lab.nodePort },
    "load-balancer/new": { targets: [...lab.loadBalancer], port: 80 },
    "ingress/new": { targets: [...lab.ingress], port: 80 },
    "http-route/new": { targets: [...lab.gateway], port: 80 },
  };
}

export function onWorker(lab: MatrixLab, subject: SubjectName, worker: string): ProberPlan {
  const lone = { "cluster-ip/new": byIpOf(lab, "lone"), "cluster-ip/kept": byIpOf(lab, "lone") };
  const ways = subject === "lone" ? lone : inside(lab);
  return planOf(worker, clusterControl, probes(ways, worker));
}

/** null where nothing leads in from outside. */
export function onHost(lab: MatrixLab, subject: SubjectName): ProberPlan | null {
  if (subject === "lone") return null;
  return planOf("host", { host: "127.0.0.1", port: 0 }, probes(outside(lab), "host"));
}

function probes(ways: Partial<Record<Way, Asked>>, vantage: string): HttpProbe[] {
  return Object.entries(ways).map(([way, asked]) => {
    const [route = "", connection] = way.split("/");
    const kept = connection === "kept";
    return {
      ...{ ...ask, ...asked },
      path: pathId(route, kept ? "kept" : "new", vantage),
      connection: kept ? keptConnections : "new",
    };
  });
}
