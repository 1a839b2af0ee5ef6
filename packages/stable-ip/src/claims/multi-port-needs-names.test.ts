import type { Event } from "@svclab/contracts";
import { blinded, edited, testRows, without } from "../history/rows.ts";
import type { Fate } from "../history/ways.ts";
import { wholeRun } from "../history/whole-run.ts";
import { multiPortNeedsNames as claim } from "./multi-port-needs-names.ts";

const faring = (route: string, fate: Fate) =>
  wholeRun(claim, { probe: ({ path }) => (path.startsWith(route) ? fate : null) });

const tried = (what: string, status: number) =>
  edited(wholeRun(claim), (e) =>
    e.kind === "creation-tried" && e.what === what ? { ...e, status, said: "created, it says" } : e,
  );

testRows(claim, [
  { title: "holds when each port leads to its own", history: () => wholeRun(claim) },
  {
    title: "broken when the port of the metrics has none",
    history: () => faring("metrics-port/", { podUid: "uid-a", status: 404 }),
    why: /port metrics did not lead to what it names/,
  },
  {
    title: "broken when one worker alone finds nothing at the port of the metrics",
    history: () => faring("metrics-port/new@worker2", { podUid: "uid-a", status: 404 }),
    why: /port metrics did not lead to what it names/,
  },
  {
    title: "unknown when one worker alone was refused by the other port",
    history: () => faring("metrics-port-crossed/new@worker2", { why: "refused" }),
    why: /said 0 times only what it has not/,
  },
  {
    title: "broken when the port of the metrics serves what is http's",
    history: () => faring("metrics-port-crossed/new@worker2", { podUid: "uid-a", status: 200 }),
    why: /port metrics served what is http's, \d+ times/,
  },
  {
    title: "broken when ports without names are accepted",
    history: () => tried("service-with-nameless-ports", 201),
    why: /ports without names were accepted/,
  },
  {
    title: "unknown when the API could not say whether ports without names are refused",
    history: () => tried("service-with-nameless-ports", 503),
    why: /ports without names: created, it says/,
  },
  {
    title: "unknown when ports with names are refused too",
    history: () => tried("service-with-named-ports", 403),
    why: /a Service with named ports was not accepted either/,
  },
  {
    title: "unknown when the API was not asked",
    history: () => without(wholeRun(claim), (e) => e.kind === "creation-tried"),
    why: /never tried/,
  },
  {
    title: "unknown when a refused connection is all that the other port gave",
    history: () => faring("metrics-port-crossed/", { why: "refused" }),
    why: /said 0 times only what it has not/,
  },
  {
    title: "unknown when a port was not asked",
    history: () =>
      without(wholeRun(claim), (e) => "path" in e && e.path.startsWith("metrics-port/")),
    why: /no request was sent on metrics-port\/new@worker/,
  },
  {
    title: "unknown when a port was asked too few times",
    history: () => {
      let nth = 0;
      const most = (e: Event) =>
        "path" in e && e.path === "metrics-port/new@worker" && nth++ % 8 > 0;
      return without(wholeRun(claim), most);
    },
    why: /a port was asked \d+ times only/,
  },
  {
    title: "unknown when a prober was blind",
    history: () => blinded(wholeRun(claim), "prober@worker"),
    why: /prober@worker saw nothing/,
  },
]);
