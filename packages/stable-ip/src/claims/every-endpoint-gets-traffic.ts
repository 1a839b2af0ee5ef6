import type { Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { limits } from "../limits.ts";
import { readSpread, spreadRoute } from "../verify/spread.ts";
import { connectionsToMeetAll } from "../verify/statistics.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";

export const everyEndpointGetsTraffic: Claim = {
  id: "every-endpoint-gets-traffic",
  statement: "New connections from every node MUST reach every ready endpoint of the Service.",
  source:
    "https://kubernetes.io/docs/concepts/services-networking/service-traffic-policy/ (Cluster is the default)",
  matters:
    "A Pod that no connection reaches costs money and serves nobody, and its neighbours carry its share.",
  seen: "Load from both workers, by k6, opens a new connection for each request; each answer names the Pod it came from.",
  upstream: "End-to-end tests pass once each Pod has answered; from each node apart is not asked.",
  needs: ["two-replicas", "two-workers"],
  paths: [spreadRoute],
  faults: ["spread"],
  limits: { missedShare: limits.missedShare },
  violations: [
    {
      name: "internal-policy-local",
      how: { variant: "internal-policy-local" },
      text: "internalTrafficPolicy is Local: a node reaches the endpoints on itself, or none.",
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const spread = readSpread(history);
  if (spread.doubts.length > 0) return unknown(spread.doubts);
  const needed = connectionsToMeetAll(spread.pods.length, limits.missedShare);
  const rows = spread.loads.map((load) => ({
    ...load,
    missed: spread.pods.filter((_, at) => (load.counts[at] ?? 0) === 0),
  }));
  const measured = {
    endpoints: spread.pods.length,
    nodes: rows.length,
    connections: rows.reduce((total, row) => total + row.sent, 0),
    fewestAtOneEndpoint: Math.min(...rows.flatMap((row) => row.counts)),
    neededFromEachNode: needed,
    unanswered: rows.reduce((total, row) => total + row.unanswered, 0),
  };
  const few = (count: (row: (typeof rows)[number]) => number, what: string) =>
    rows
      .filter((row) => count(row) < needed)
      .map((row) => `${row.node} ${what} ${count(row)} connections, and ${needed} are needed`);
  const unsent = few((row) => row.sent, "sent");
  if (unsent.length > 0) return unknown(unsent, measured);
  const short = rows.filter((row) => row.missed.length > 0);
  // A refused connection met no endpoint: it can break the claim, and prove nothing for it.
  const unmet = few((row) => row.sent - row.unanswered, "got answers on");
  if (short.length === 0) return unmet.length > 0 ? unknown(unmet, measured) : holds(measured);
  const why = short
    .map((row) => `${row.node} never reached ${row.missed.map((pod) => pod.name).join(", ")}`)
    .join("; ");
  return broken(why, measured, [...short.flatMap((row) => row.ended), ...spread.seen]);
}
