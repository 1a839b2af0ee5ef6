import { blinded, edited, testRows, without, withoutEndpoints } from "../history/rows.ts";
import type { Fate, Probe } from "../history/ways.ts";
import { wholeRun } from "../history/whole-run.ts";
import { externalPolicyLocalKeepsTheClientIp as claim } from "./external-policy-local-keeps-the-client-ip.ts";

const [client, bare, worker, worker2] = ["172.18.0.1", "172.18.0.2", "172.18.0.3", "172.18.0.4"];
const own = { sent: client, seen: client };

const local = (fate: (probe: Probe) => Fate | null) =>
  wholeRun(claim, { probe: (one) => (one.path.startsWith("node-port-local/") ? fate(one) : null) });

testRows(claim, [
  { title: "holds when the nodes with a Pod answer, and no other", history: () => wholeRun(claim) },
  {
    title: "holds when a node with a Pod loses some requests",
    history: () =>
      local(({ target, sinceMs }) =>
        target === worker && sinceMs % 500 === 0 ? { why: "timeout" } : null,
      ),
  },
  {
    title: "broken when a node without a Pod answers",
    history: () =>
      local(({ target }) => (target === bare ? { podUid: "uid-web", source: own } : null)),
    why: /\d+ answers came from nodes without a Pod/,
  },
  {
    title: "broken when a node hands on to a Pod of another",
    history: () =>
      local(({ target }) => (target === worker2 ? { podUid: "uid-web", source: own } : null)),
    why: /\d+ answers came from a Pod of another node/,
  },
  {
    title: "broken when the Pod sees another address than the client's",
    history: () =>
      local(({ podUid, target }) =>
        podUid === null ? null : { podUid, source: { sent: client, seen: `${target}` } },
      ),
    why: /\d+ times the Pod saw another address/,
  },
  {
    title: "unknown when the answers do not say which address was seen",
    history: () =>
      edited(wholeRun(claim), (e) => {
        if (e.kind !== "answered" || !e.path.startsWith("node-port-local/")) return e;
        const { source: _, ...rest } = e;
        return rest;
      }),
    why: /\d+ answers did not tell both addresses/,
  },
  {
    title: "broken when a node with a Pod does not answer",
    history: () => local(({ target }) => (target === worker ? { why: "timeout" } : null)),
    why: /worker has a Pod and did not answer/,
  },
  {
    title: "unknown when the address is kept with policy Cluster as well",
    history: () =>
      wholeRun(claim, {
        probe: ({ path, podUid }) =>
          path.startsWith("node-port/") && podUid !== null ? { podUid, source: own } : null,
      }),
    why: /with policy Cluster the client's address was kept as well/,
  },
  {
    title: "holds when another node's Pod saw the client's address with policy Cluster",
    history: () =>
      wholeRun(claim, {
        probe: ({ path, target, podUid }) =>
          path.startsWith("node-port/") && target === bare && podUid !== null
            ? { podUid, source: own }
            : null,
      }),
  },
  {
    title: "unknown when policy Cluster was hardly asked on a node with a Pod",
    history: () => {
      let nth = 0;
      return wholeRun(claim, {
        probe: ({ path, target, podUid }) =>
          path.startsWith("node-port/") && target === worker && podUid !== null && nth++ % 4 > 0
            ? { why: "timeout" }
            : null,
      });
    },
    why: /too few answers with policy Cluster/,
  },
  {
    title: "unknown when every node has a Pod",
    history: () =>
      edited(wholeRun(claim), (e) =>
        e.kind === "endpoints-seen" && e.service === "web-node"
          ? {
              ...e,
              endpoints: e.endpoints.flatMap((one) => [one, { ...one, node: "control-plane" }]),
            }
          : e,
      ),
    why: /3 of 3 nodes had a Pod/,
  },
  {
    title: "unknown when nobody knows where the Pods are",
    history: () =>
      without(wholeRun(claim), (e) => e.kind === "endpoints-seen" && e.service === "web-node"),
    why: /0 of 3 nodes had a Pod/,
  },
  {
    title: "unknown when a web Pod was not ready for a while",
    history: () => withoutEndpoints(wholeRun(claim), "web-node"),
    why: /the endpoints of web-node changed meanwhile/,
  },
  {
    title: "unknown when a node was not asked",
    history: () =>
      without(
        wholeRun(claim),
        (e) => "target" in e && e.path.startsWith("node-port-local/") && e.target === bare,
      ),
    why: /control-plane was asked 0 times only/,
  },
  {
    title: "unknown when the Service of policy Cluster was not asked",
    history: () => without(wholeRun(claim), (e) => "path" in e && e.path === "node-port/new@host"),
    why: /no request was sent on node-port\/new@host/,
  },
  {
    title: "unknown when the host's prober was blind",
    history: () => blinded(wholeRun(claim), "prober@host"),
    why: /prober@host saw nothing/,
  },
]);
