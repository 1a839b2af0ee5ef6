import type { Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { type Request, type Timeline, timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { pathEvidence } from "../verify/path-doubts.ts";
import { isLost } from "../verify/requests.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { judgedSpan } from "../verify/watch-doubts.ts";

const service = "web-node";
const path = "node-port/new@host";

export const nodePortAnswersOnEveryNode: Claim = {
  id: "node-port-answers-on-every-node",
  statement:
    "A NodePort MUST answer on every node of the cluster, on those without a Pod of the Service too.",
  source:
    "https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport (every node proxies the port)",
  matters:
    "Load balancers outside the cluster send to any node, and to those without a Pod as well.",
  seen: "The port is asked at the address of every node from outside of the cluster, and at least one node runs no Pod of the Service.",
  upstream:
    "A conformance test reaches the port on up to two nodes; an end-to-end test asks nodes without a Pod, once each.",
  needs: ["two-workers", "node-addresses"],
  paths: ["node-port/new"],
  faults: [],
  limits: { rowAnswers: limits.rowAnswers },
  violations: [
    {
      name: "external-policy-local",
      how: { variant: "external-policy-local" },
      text: "externalTrafficPolicy is Local: a node without a Pod drops what it gets.",
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const { nodes } = line.began.world;
  const { doubts, requests } = pathEvidence(line, {
    path,
    span: judgedSpan(line),
    decidesOnMs: null,
    unbroken: false,
  });
  const rows = Map.groupBy(requests, (one) => one.event.target ?? "no address");
  const lost = requests.filter(isLost);
  const answered = [...rows.values()].map((row) => row.length - row.filter(isLost).length);
  const bare = nodesWithoutEndpoint(line);
  const measured = {
    nodes: nodes.length,
    nodesAsked: rows.size,
    nodesWithoutPod: bare.length,
    requests: requests.length,
    lost: lost.length,
    fewestAnswers: Math.min(...(answered.length === 0 ? [0] : answered)),
    ...Object.fromEntries([...rows].map(([target, row]) => [`lost at ${target}`, count(row)])),
  };
  const all = [...doubts, ...matrixDoubts(rows, nodes.length), ...bareDoubts(line, bare)];
  if (all.length > 0) return unknown(all, measured);
  if (lost.length > 0) {
    const where = new Set(lost.map((one) => one.event.target));
    const why = `${lost.length} requests were lost at ${[...where].join(", ")}`;
    return broken(
      why,
      measured,
      lost.map((one) => one.event),
    );
  }
  return holds(measured);
}

function matrixDoubts(rows: ReadonlyMap<string, readonly Request[]>, nodes: number): string[] {
  return [
    ...(rows.size === nodes
      ? []
      : [`${rows.size} addresses were asked, and there are ${nodes} nodes`]),
    ...[...rows]
      .filter(([, row]) => row.length < limits.rowAnswers)
      .map(([target, row]) => `${target} was asked ${row.length} times only`),
  ];
}

/** Where every node runs a Pod, an answer says nothing about a node without one. */
function bareDoubts(line: Timeline, bare: readonly string[]): string[] {
  const seen = line.of("endpoints-seen").some(({ event }) => event.service === service);
  if (!seen) return [`no EndpointSlice of ${service} was seen, so nobody knows where its Pods are`];
  return bare.length > 0 ? [] : ["every node ran a Pod of the Service"];
}

function nodesWithoutEndpoint(line: Timeline): string[] {
  const taken = new Set(
    line
      .of("endpoints-seen")
      .filter(({ event }) => event.service === service)
      .flatMap(({ event }) => event.endpoints.map((endpoint) => endpoint.node)),
  );
  return line.began.world.nodes.filter((node) => !taken.has(node));
}

function count(row: readonly Request[]): number {
  return row.filter(isLost).length;
}
