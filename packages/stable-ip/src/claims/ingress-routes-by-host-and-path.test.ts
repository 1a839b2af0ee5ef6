import { blinded, testRows, without, withoutEndpoints } from "../history/rows.ts";
import type { Fate } from "../history/ways.ts";
import { wholeRun } from "../history/whole-run.ts";
import { ingressRoutesByHostAndPath as claim } from "./ingress-routes-by-host-and-path.ts";

const faring = (route: string, fate: (nth: number) => Fate | null) => {
  let nth = 0;
  return wholeRun(claim, { probe: ({ path }) => (path.startsWith(route) ? fate(nth++) : null) });
};
const unasked = (route: string) =>
  without(wholeRun(claim), (e) => "path" in e && e.path.startsWith(route));

testRows(claim, [
  { title: "holds when each rule leads to its own Service", history: () => wholeRun(claim) },
  {
    title: "holds when a third of the requests is lost on the way",
    history: () => faring("ingress-", (nth) => (nth % 3 === 0 ? { why: "timeout" } : null)),
  },
  {
    title: "broken when a host leads to another's Service",
    history: () => faring("ingress-host/", () => ({ podUid: "uid-web" })),
    why: /host api\.svclab\.test was answered by others than the api/,
  },
  {
    title: "broken when the longest path is not taken, even once",
    history: () =>
      faring("ingress-longer-path/", (nth) => (nth === 100 ? { podUid: "uid-web" } : null)),
    why: /lab\.svclab\.test\/echo was answered by others than the api/,
  },
  {
    title: "broken when a rule leads nowhere",
    history: () => faring("ingress-path/", () => ({ podUid: "", status: 404 })),
    why: /host lab\.svclab\.test was hardly answered/,
  },
  {
    title: "broken when a rule leads anywhere one time in ten only",
    history: () =>
      faring("ingress-path/", (nth) => (nth % 10 > 0 ? { podUid: "", status: 502 } : null)),
    why: /host lab\.svclab\.test was hardly answered/,
  },
  {
    title: "broken when the weights are swapped",
    history: () =>
      faring("http-route-split/", (nth) => ({ podUid: nth % 4 === 0 ? "uid-a" : "uid-web" })),
    why: /\d+ and \d+ answers are not 1 to 3/,
  },
  {
    title: "broken when all go to one backend",
    history: () => faring("http-route-split/", () => ({ podUid: "uid-a" })),
    why: /0 and \d+ answers are not 1 to 3/,
  },
  {
    title: "holds when the api loses so many that only the answers lean",
    history: () =>
      faring("http-route-split/", (nth) =>
        nth % 4 > 0 && nth % 3 > 0 ? { why: "timeout" } : null,
      ),
  },
  {
    title: "holds when the web loses so many that only the answers lean",
    history: () =>
      faring("http-route-split/", (nth) =>
        nth % 4 === 0 && nth % 16 > 0 ? { why: "timeout" } : null,
      ),
  },
  {
    title: "unknown when a web Pod was not ready for a while",
    history: () => withoutEndpoints(wholeRun(claim), "web-node"),
    why: /the endpoints of web-node changed meanwhile/,
  },
  {
    title: "unknown when others answered by weight",
    history: () => faring("http-route-split/", () => ({ podUid: "uid-of-a-stranger" })),
    why: /\d+ answers by weight came from other Pods/,
  },
  {
    title: "unknown when too few were answered by weight",
    history: () => faring("http-route-split/", (nth) => (nth % 9 > 0 ? { why: "timeout" } : null)),
    why: /\d+ answers by weight only/,
  },
  {
    title: "unknown when a rule was not asked",
    history: () => unasked("ingress-any/"),
    why: /no request was sent on ingress-any\/new@host/,
  },
  {
    title: "unknown when the HTTPRoute was not asked",
    history: () => unasked("http-route-split/"),
    why: /no request was sent on http-route-split\/new@host/,
  },
  {
    title: "unknown when nobody knows which Pods are the web's",
    history: () =>
      without(wholeRun(claim), (e) => e.kind === "endpoints-seen" && e.service === "web-node"),
    why: /no Pod of the web was seen/,
  },
  {
    title: "unknown when the host's prober was blind",
    history: () => blinded(wholeRun(claim), "prober@host"),
    why: /prober@host saw nothing/,
  },
]);
