import { blinded, edited, testRows, without, withoutEndpoints } from "../history/rows.ts";
import type { Fate } from "../history/ways.ts";
import { wholeRun } from "../history/whole-run.ts";
import { affinitySticksAndLetsGo as claim } from "./affinity-sticks-and-lets-go.ts";

const faring = (route: string, fate: (nth: number) => Fate) => {
  let nth = 0;
  return wholeRun(claim, { probe: ({ path }) => (path.startsWith(route) ? fate(nth++) : null) });
};

testRows(claim, [
  {
    title: "holds when clients stay, are let go, and are never bound without affinity",
    history: () => wholeRun(claim),
  },
  {
    title: "holds when some requests are lost on the way",
    history: () =>
      faring("sticky/", (nth) => (nth % 5 === 0 ? { why: "timeout" } : { podUid: "uid-web" })),
  },
  {
    title: "broken when a client meets another Pod",
    history: () => faring("sticky/", (nth) => ({ podUid: nth % 3 === 0 ? "uid-web" : "uid-web2" })),
    why: /a client met another Pod \d+ times/,
  },
  {
    title: "broken when nobody is let go after the timeout",
    history: () => faring("sticky-briefly/", () => ({ podUid: "uid-web" })),
    why: /a client met another Pod only 0 of \d+ times, though its time had passed/,
  },
  {
    title: "broken when clients were let go once, before the mistake was in force",
    history: () =>
      faring("sticky-briefly/", (nth) => ({ podUid: nth < 16 ? "uid-web2" : "uid-web" })),
    why: /a client met another Pod only [12] of \d+ times, though its time had passed/,
  },
  {
    title: "broken when clients are bound without affinity",
    history: () => faring("node-port-ip/", () => ({ podUid: "uid-web" })),
    why: /a client met another Pod only 0 of \d+ times, though the Service has no affinity/,
  },
  {
    title: "unknown when the Service was asked again before its timeout each time",
    history: () =>
      edited(wholeRun(claim), (e) =>
        e.kind === "answered" && e.path.startsWith("sticky-briefly/")
          ? { ...e, tookMs: e.tookMs + 700 }
          : e,
      ),
    why: /0 connections are too few/,
  },
  {
    title: "unknown when a web Pod was not ready for a while",
    history: () =>
      withoutEndpoints(
        faring("sticky/", (nth) => ({ podUid: nth % 3 === 0 ? "uid-web" : "uid-web2" })),
        "web-node",
      ),
    why: /the endpoints of web-node changed meanwhile/,
  },
  {
    title: "unknown when there is one web Pod only",
    history: () =>
      edited(wholeRun(claim), (e) =>
        e.kind === "endpoints-seen" && e.service === "web-node"
          ? { ...e, endpoints: e.endpoints.slice(0, 1) }
          : e,
      ),
    why: /1 web Pods were ready/,
  },
  {
    title: "unknown when the Service with affinity hardly answered",
    history: () =>
      faring("sticky/", (nth) => (nth % 30 > 0 ? { why: "refused" } : { podUid: "uid-web" })),
    why: /a client on sticky\/new was answered \d+ times only/,
  },
  {
    title: "unknown when a Service was never asked",
    history: () => without(wholeRun(claim), (e) => "path" in e && e.path.startsWith("sticky/")),
    why: /no request was sent on sticky\/new@worker/,
  },
  {
    title: "unknown when a prober was blind",
    history: () => blinded(wholeRun(claim), "prober@worker2"),
    why: /prober@worker2 saw nothing/,
  },
]);
