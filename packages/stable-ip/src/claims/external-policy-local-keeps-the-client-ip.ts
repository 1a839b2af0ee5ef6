import type { Endpoint, Event, Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { type Request, timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { round3 } from "../verify/measured.ts";
import { pathEvidence } from "../verify/path-doubts.ts";
import { endpointDoubts, endpointsAt } from "../verify/pods.ts";
import { answeredBy, isLost, shareAnswered } from "../verify/requests.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { watchDoubts } from "../verify/watch-doubts.ts";

const fault = "leave-alone";
const local = "node-port-local/new@host";
const cluster = "node-port/new@host";
/** The Service of policy Cluster in front of the same Pods: the one under test does not say where they are. */
const sameWorkload = "web-node";

export const externalPolicyLocalKeepsTheClientIp: Claim = {
  id: "external-policy-local-keeps-the-client-ip",
  statement:
    "With externalTrafficPolicy Local a node port MUST be answered by the Pods of that very node, which see the client's own address, and MUST NOT be answered on a node without one.",
  source: "https://kubernetes.io/docs/reference/networking/virtual-ips/#external-traffic-policy",
  matters:
    "Logs, limits and allow lists that go by the client's address are only right with Local, and its price is that some nodes do not answer.",
  seen: "Every node is asked from outside of the cluster, at the port of a Service of policy Local and at that of one of policy Cluster in front of the same Pods. The client tells the address that it sent from, the Pod the one that it saw; the policies are compared by the answers of Pods on the node that was asked.",
  upstream:
    "End-to-end tests ask one node with a Pod and one without, where the provider allows it.",
  needs: ["two-workers", "node-addresses"],
  paths: ["node-port-local/new", "node-port/new"],
  faults: [fault],
  limits: { rowAnswers: limits.rowAnswers, answeredShare: limits.answeredShare },
  violations: [
    {
      name: "local-as-cluster",
      how: { variant: "local-as-cluster" },
      text: "The policy is Cluster: every node answers, and the Pod sees an address of a node.",
    },
  ],
  judge,
};

/** What one node was asked, and the Pods that are on it. */
interface Row {
  readonly node: string;
  readonly pods: readonly string[];
  readonly requests: readonly Request[];
}

function judge(history: History): Verdict {
  const line = timeline(history);
  const span = line.faultSpan(fault);
  if (span === null) return unknown([`${fault} is missing`]);
  const onPath = (path: string) =>
    pathEvidence(line, { path, span, decidesOnMs: null, unbroken: false });
  const [kept, rewritten] = [onPath(local), onPath(cluster)];
  const endpoints = endpointsAt(line, sameWorkload, span.fromMs);
  const rowsOf = (requests: readonly Request[]): Row[] =>
    Object.entries(line.began.world.nodeAddresses).map(([node, address]) => ({
      node,
      pods: podsOn(endpoints, node),
      requests: requests.filter(({ event }) => event.target === address),
    }));
  const rows = rowsOf(kept.requests);
  // From one node to another the machine under the nodes may write its own address, the client's.
  const ofItself = rowsOf(rewritten.requests).flatMap(ownAnswers);
  const [manned, bare] = [rows.filter(hasPod), rows.filter((row) => !hasPod(row))];
  if (manned.length === 0 || bare.length === 0)
    return unknown([`${manned.length} of ${rows.length} nodes had a Pod: both kinds are needed`]);
  const measured = {
    nodesWithPod: manned.length,
    nodesWithout: bare.length,
    fewestAsked: Math.min(...rows.map(({ requests }) => requests.length)),
    leastShareAnswered: round3(Math.min(...manned.map(({ requests }) => shareAnswered(requests)))),
    answersWithoutPod: bare.flatMap(answersOf).length,
    answersOfOtherNodes: manned.flatMap(strangers).length,
    addressKept: manned.flatMap(answersOf).filter(sawClient).length,
    addressChanged: manned.flatMap(answersOf).filter((one) => !sawClient(one)).length,
    addressKeptWithCluster: ofItself.filter(sawClient).length,
    addressChangedWithCluster: ofItself.filter((one) => !sawClient(one)).length,
  };
  const wrong = [
    ...said(bare.flatMap(answersOf), "answers came from nodes without a Pod"),
    ...said(manned.flatMap(strangers), "answers came from a Pod of another node"),
    ...said(
      manned.flatMap(answersOf).filter((one) => !sawClient(one)),
      "times the Pod saw another address than the client's",
    ),
    ...manned
      .filter((row) => row.requests.length >= limits.rowAnswers)
      .filter(({ requests }) => shareAnswered(requests) < limits.answeredShare)
      .map(({ node, requests }) => ({
        why: `${node} has a Pod and did not answer`,
        seen: requests.filter(isLost).map(({ event }) => event),
      })),
  ];
  const doubts = [
    ...watchDoubts(line, span, null),
    ...endpointDoubts(line, sameWorkload, span),
    ...new Set([...kept.doubts, ...rewritten.doubts]),
  ];
  const mute = [...manned.flatMap(answersOf), ...ofItself].filter((one) => sourceOf(one) === null);
  if (mute.length > 0) doubts.push(`${mute.length} answers did not tell both addresses`);
  doubts.push(
    ...rows
      .filter(({ requests }) => requests.length < limits.rowAnswers)
      .map(({ node, requests }) => `${node} was asked ${requests.length} times only`),
  );
  if (doubts.length > 0) return unknown(doubts, measured);
  const [first] = wrong;
  if (first !== undefined)
    return broken(wrong.map(({ why }) => why).join("; "), measured, first.seen);
  if (measured.addressKeptWithCluster > 0)
    return unknown(["with policy Cluster the client's address was kept as well"], measured);
  // One node's part of what it was asked: the rest was answered by the Pods of others.
  if (measured.addressChangedWithCluster < limits.rowAnswers / 2)
    return unknown(["too few answers with policy Cluster to compare with"], measured);
  return holds(measured);
}

function podsOn(endpoints: readonly Endpoint[], node: string): string[] {
  return endpoints.filter((one) => one.node === node).map(({ podUid }) => podUid);
}

function hasPod({ pods }: Row): boolean {
  return pods.length > 0;
}

function answersOf({ requests }: Row): readonly Request[] {
  return requests.filter(({ event }) => event.kind === "answered");
}

function ownAnswers(row: Row): readonly Request[] {
  return answersOf(row).filter((one) => row.pods.includes(answeredBy(one) ?? ""));
}

function strangers(row: Row): readonly Request[] {
  return answersOf(row).filter((one) => !row.pods.includes(answeredBy(one) ?? ""));
}

function sourceOf({ event }: Request): { sent: string; seen: string } | null {
  return (event.kind === "answered" ? event.source : undefined) ?? null;
}

function sawClient(one: Request): boolean {
  const source = sourceOf(one);
  return source !== null && source.sent === source.seen;
}

function said(some: readonly Request[], what: string): { why: string; seen: Event[] }[] {
  return some.length === 0
    ? []
    : [{ why: `${some.length} ${what}`, seen: some.map(({ event }) => event) }];
}
