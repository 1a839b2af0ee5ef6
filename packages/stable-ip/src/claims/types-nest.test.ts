import { blinded, testRows, without } from "../history/rows.ts";
import type { Fate } from "../history/ways.ts";
import { wholeRun } from "../history/whole-run.ts";
import { typesNest as claim } from "./types-nest.ts";

const faring = (route: string, fate: Fate, target?: string) =>
  wholeRun(claim, {
    probe: (asked) =>
      asked.path.startsWith(route) &&
      asked.sinceMs >= 900 &&
      (target === undefined || asked.target === target)
        ? fate
        : null,
  });

testRows(claim, [
  { title: "holds when each address answers", history: () => wholeRun(claim) },
  {
    title: "holds when a third of the requests is lost: that is another claim's",
    history: () =>
      wholeRun(claim, {
        probe: ({ path, sinceMs }) =>
          path.startsWith("node-port-ip/") && sinceMs % 300 < 100 ? { why: "refused" } : null,
      }),
  },
  {
    title: "broken when the node port is closed on every node",
    history: () => faring("node-port/", { why: "refused" }),
    why: /web-node answered \d+ of \d+ times at its node port on 172\.18\.0\.\d/,
  },
  {
    title: "broken when the IP of the Service of type NodePort answers on one worker only",
    history: () => faring("node-port-ip/new@worker2", { why: "timeout" }),
    why: /web-node answered \d+ of \d+ times at its clusterIP from worker2/,
  },
  {
    title: "broken when the load balancer's Service has no IP that answers",
    history: () => faring("load-balancer-ip/", { why: "refused" }),
    why: /web-public answered \d+ of \d+ times at its clusterIP from worker/,
  },
  {
    title: "broken when the load balancer's node port is closed on one node",
    history: () => faring("load-balancer-port/", { why: "refused" }, "172.18.0.3"),
    why: /web-public answered \d+ of \d+ times at its node port on 172\.18\.0\.3/,
  },
  {
    title: "broken when a node port answers with an error",
    history: () => faring("node-port/", { podUid: "uid-web", status: 502 }),
    why: /web-node answered/,
  },
  {
    title: "unknown when one of the addresses was never asked",
    history: () =>
      without(wholeRun(claim), (e) => "path" in e && e.path.startsWith("load-balancer-port/")),
    why: /no request was sent on load-balancer-port\/new@host/,
  },
  {
    title: "unknown when a node was asked too few times",
    history: () => {
      const run = wholeRun(claim);
      const asked = run.filter(
        (e) => "target" in e && e.path === "node-port/new@host" && e.target === "172.18.0.4",
      );
      const most = asked.filter((_, nth) => nth % 3 > 0);
      return without(run, (event) => most.includes(event));
    },
    why: /node port on 172\.18\.0\.4 was asked \d+ times only/,
  },
  {
    title: "unknown when one node was not asked at all",
    history: () =>
      without(
        wholeRun(claim),
        (e) => "target" in e && e.path === "node-port/new@host" && e.target === "172.18.0.4",
      ),
    why: /2 of 3 nodes were asked at the node port of web-node/,
  },
  {
    title: "unknown when the host's prober was blind",
    history: () => blinded(wholeRun(claim), "prober@host"),
    why: /prober@host saw nothing/,
  },
]);
