import type { Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import type { Span } from "../history/span.ts";
import { type Request, type Timeline, timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { round3 } from "../verify/measured.ts";
import { pathEvidence } from "../verify/path-doubts.ts";
import { isLost, shareAnswered } from "../verify/requests.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";

const fault = "leave-alone";

/** What a Service of the type and of those below it has; its load balancer is another claim's. */
const ways = [
  { route: "node-port-ip/new", service: "web-node", at: "clusterIP" },
  { route: "node-port/new", service: "web-node", at: "node port" },
  { route: "load-balancer-ip/new", service: "web-public", at: "clusterIP" },
  { route: "load-balancer-port/new", service: "web-public", at: "node port" },
] as const;
type Way = (typeof ways)[number];

export const typesNest: Claim = {
  id: "types-nest",
  statement:
    "A Service of type NodePort MUST answer at its clusterIP and at a port of every node, and so MUST one of type LoadBalancer that has node ports.",
  source:
    "https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types",
  matters:
    "Types are not kinds apart: each adds a way in to those of the one before. What is published outside is reached inside as before.",
  seen: "A Service of type NodePort and one of type LoadBalancer are asked at each address that the types below theirs give them: from each worker at the clusterIP, from outside of the cluster at the port of every node.",
  upstream:
    "Conformance tests change a Service's type and ask the new address; the former ones are asked in part.",
  needs: ["two-workers", "node-addresses"],
  paths: ways.map(({ route }) => route),
  faults: [fault],
  limits: { rowAnswers: limits.rowAnswers, answeredShare: limits.answeredShare },
  violations: [
    {
      name: "node-port-as-cluster-ip",
      how: { variant: "node-port-as-cluster-ip" },
      text: "The Service that is to be a NodePort is of the type one lower: no node answers for it.",
    },
  ],
  judge,
};

interface Row {
  readonly way: Way;
  readonly from: string;
  readonly requests: readonly Request[];
}

interface Asked {
  readonly doubts: readonly string[];
  readonly rows: readonly Row[];
}

function judge(history: History): Verdict {
  const line = timeline(history);
  const span = line.faultSpan(fault);
  if (span === null) return unknown([`${fault} is missing`]);
  const asked = ways.map((way) => askedBy(line, way, span));
  const rows = asked.flatMap((one) => one.rows);
  const shares = rows.map(({ requests }) => shareAnswered(requests));
  const measured = {
    addresses: rows.length,
    requests: rows.reduce((sum, row) => sum + row.requests.length, 0),
    fewestAsked: Math.min(...rows.map((row) => row.requests.length)),
    leastShareAnswered: round3(Math.min(...shares)),
  };
  const doubts = asked.flatMap((one) => one.doubts);
  if (doubts.length > 0) return unknown(doubts, measured);
  const closed = rows.find((_, at) => (shares[at] ?? 0) < limits.answeredShare);
  if (closed !== undefined) {
    const { way, from, requests } = closed;
    const times = `${answered(closed)} of ${requests.length} times`;
    const lost = requests.filter(isLost).map(({ event }) => event);
    return broken(`${way.service} answered ${times} at its ${way.at}${from}`, measured, lost);
  }
  return holds(measured);
}

function askedBy(line: Timeline, way: Way, span: Span): Asked {
  const { nodes, workers } = line.began.world;
  const onPath = (path: string) =>
    pathEvidence(line, { path, span, decidesOnMs: null, unbroken: false });
  if (way.at === "clusterIP") {
    const all = workers.map((worker) => ({ worker, ...onPath(`${way.route}@${worker}`) }));
    const rows = all.map(({ worker, requests }) => ({ way, from: ` from ${worker}`, requests }));
    return { rows, doubts: [...all.flatMap(({ doubts }) => doubts), ...fewDoubts(rows)] };
  }
  const { doubts, requests } = onPath(`${way.route}@host`);
  const rows = [...Map.groupBy(requests, ({ event }) => event.target ?? "no address")].map(
    ([target, some]) => ({ way, from: ` on ${target}`, requests: some }),
  );
  const missing =
    requests.length > 0 && rows.length < nodes.length
      ? [`${rows.length} of ${nodes.length} nodes were asked at the node port of ${way.service}`]
      : [];
  return { rows, doubts: [...doubts, ...missing, ...fewDoubts(rows)] };
}

function fewDoubts(rows: readonly Row[]): string[] {
  return rows
    .filter(({ requests }) => requests.length > 0 && requests.length < limits.rowAnswers)
    .map(
      ({ way, from, requests }) =>
        `${way.service}'s ${way.at}${from} was asked ${requests.length} times only`,
    );
}

function answered({ requests }: Row): number {
  return requests.filter((one) => !isLost(one)).length;
}
