import { blinded, testRows, without, withoutEndpoints } from "../history/rows.ts";
import type { Fate, Probe } from "../history/ways.ts";
import { wholeRun } from "../history/whole-run.ts";
import { twoServicesOneSelector as claim } from "./two-services-one-selector.ts";

const faring = (path: string, fate: (probe: Probe) => Fate | null) =>
  wholeRun(claim, { probe: (one) => (one.path.startsWith(path) ? fate(one) : null) });
const firstFew = (few: number, fate: Fate) => {
  let nth = 0;
  return () => (nth++ < few ? null : fate);
};

testRows(claim, [
  { title: "holds when both lead to the same Pods", history: () => wholeRun(claim) },
  {
    title: "holds when some requests are lost",
    history: () => {
      let nth = 0;
      return faring("web-node-ip/", () => (nth++ % 5 === 0 ? { why: "timeout" } : null));
    },
  },
  {
    title: "broken when one leads to other Pods",
    history: () => faring("load-balancer-ip/", () => ({ podUid: "uid-next" })),
    why: /led worker2? to a Pod that web-\w+ never led/,
  },
  {
    title: "broken when one leaves out a Pod",
    history: () => faring("load-balancer-ip/", () => ({ podUid: "uid-web" })),
    why: /web-node led worker to a Pod that web-public never led worker to/,
  },
  {
    title: "broken when one leads to a Pod more, from one worker alone",
    history: () =>
      faring("load-balancer-ip/new@worker2", ({ podUid }) =>
        podUid === "uid-web" ? { podUid: "uid-next" } : null,
      ),
    why: /led worker2? to a Pod that web-\w+ never led worker2? to/,
  },
  {
    title: "broken when one leaves out a Pod on one worker alone",
    history: () => faring("load-balancer-ip/new@worker2", () => ({ podUid: "uid-web" })),
    why: /to a Pod that web-public never led worker2 to/,
  },
  {
    title: "unknown when one was answered too few times",
    history: () => faring("load-balancer-ip/", firstFew(20, { why: "refused" })),
    why: /one Service was answered \d+ times from one node: \d+ are needed/,
  },
  {
    title: "unknown when one Pod alone answered",
    history: () =>
      wholeRun(claim, {
        probe: ({ path }) => (/-ip\/new/.test(path) ? { podUid: "uid-web" } : null),
      }),
    why: /one Pod alone answered/,
  },
  {
    title: "unknown when the endpoints of one changed meanwhile",
    history: () => withoutEndpoints(wholeRun(claim), "web-public"),
    why: /the endpoints of web-public changed meanwhile/,
  },
  {
    title: "unknown when one was not asked",
    history: () =>
      without(wholeRun(claim), (e) => "path" in e && e.path.startsWith("web-node-ip/")),
    why: /no request was sent on web-node-ip/,
  },
  {
    title: "unknown when a prober was blind",
    history: () => blinded(wholeRun(claim), "prober@worker"),
    why: /prober@worker saw nothing/,
  },
]);
