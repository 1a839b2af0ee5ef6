import type { Measured, Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { limits } from "../limits.ts";
import { bothWays, type Draws } from "../verify/draws.ts";
import { loadQualityDoubts } from "../verify/load-quality.ts";
import { round3 } from "../verify/measured.ts";
import { readSpread, type Spread, spreadRoute } from "../verify/spread.ts";
import { connectionsToFindSkew } from "../verify/statistics.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";

const tests = {
  even: "the Pods got different shares",
  sameFromNodes: "the nodes spread differently",
  order: "which Pod comes next depends on the one before",
} as const satisfies Record<keyof Draws, string>;

export const newConnectionsSpreadEvenly: Claim = {
  id: "new-connections-spread-evenly",
  statement:
    "New connections MUST be spread evenly over the ready endpoints, from every node alike, each whatever the one before it got.",
  source:
    "https://kubernetes.io/docs/reference/networking/virtual-ips/ (kube-proxy chooses a backend at random)",
  matters:
    "Load is planned by it. It is often told as round robin, and is a draw by chance for each connection.",
  seen: "The same load, at least 10,639 connections, is judged by chi-squared for each node and together, and by whether one draw tells anything of the next. The chance of a false alarm and the smallest skew that would be found are in the report.",
  upstream: "No test: a Service passes as balanced when each Pod was seen once.",
  needs: ["two-replicas", "two-workers"],
  paths: [spreadRoute],
  faults: ["spread"],
  tests: Object.keys(tests).length,
  limits: {
    alphaShare: limits.alphaShare,
    powerShare: limits.powerShare,
    skewShare: limits.skewShare,
    nodeOffShare: limits.nodeOffShare,
  },
  violations: [
    {
      name: "session-affinity",
      how: { variant: "session-affinity" },
      text: "sessionAffinity is ClientIP: each client stays with the Pod it first met.",
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const spread = readSpread(history);
  if (spread.doubts.length > 0) return unknown(spread.doubts);
  const needed = connectionsToFindSkew({
    pods: spread.pods.length,
    skew: limits.skewShare,
    alpha: limits.alphaShare,
    power: limits.powerShare,
  });
  const measured = figures(spread, needed);
  const doubts = loadQualityDoubts(spread, needed);
  if (doubts.length > 0) return unknown(doubts, measured);
  const { kindest, harshest } = bothWays(spread);
  const all = { ...measured, ...chances(kindest) };
  const names = Object.keys(tests) as (keyof Draws)[];
  const failed = names.filter((name) => kindest[name].p < limits.alphaShare);
  if (failed.length > 0) {
    const why = failed.map((name) => `${tests[name]} (${chance(kindest[name].p)})`).join("; ");
    return broken(why, all, [...spread.loads.flatMap((load) => load.ended), ...spread.seen]);
  }
  if (names.some((name) => harshest[name].p < limits.alphaShare)) {
    const lost = spread.loads.reduce((sum, load) => sum + load.unanswered, 0);
    return unknown([`${lost} connections were not answered, and they would decide it`], all);
  }
  return holds(all);
}

/** The tail of the distribution is known to about 1e-15. */
function chance(p: number): string {
  return p < 1e-15 ? "p below 1e-15" : `p ${round3(p)}`;
}

function figures(spread: Spread, needed: number): Measured {
  const of = (at: number) => spread.loads.reduce((sum, load) => sum + (load.counts[at] ?? 0), 0);
  return {
    connections: spread.loads.reduce((sum, load) => sum + load.sent, 0),
    needed,
    ...Object.fromEntries(spread.pods.map((pod, at) => [`at ${pod.name}`, of(at)])),
    unanswered: spread.loads.reduce((sum, load) => sum + load.unanswered, 0),
    alpha: limits.alphaShare,
    smallestSkew: limits.skewShare,
    power: limits.powerShare,
    falseAlarm: round3(Object.keys(tests).length * limits.alphaShare),
  };
}

function chances(draws: Draws): Measured {
  return {
    chiSquared: round3(draws.even.statistic),
    p: round3(draws.even.p),
    pSameFromNodes: round3(draws.sameFromNodes.p),
    pOrder: round3(draws.order.p),
  };
}
