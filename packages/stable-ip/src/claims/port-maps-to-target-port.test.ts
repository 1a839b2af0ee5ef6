import { blinded, testRows, without } from "../history/rows.ts";
import type { Fate } from "../history/ways.ts";
import { wholeRun } from "../history/whole-run.ts";
import { portMapsToTargetPort as claim } from "./port-maps-to-target-port.ts";

const faring = (route: string, fate: Fate, fromMs = 0) =>
  wholeRun(claim, {
    probe: ({ path, sinceMs }) => (path.startsWith(route) && sinceMs >= fromMs ? fate : null),
  });

testRows(claim, [
  { title: "holds when only the port answers", history: () => wholeRun(claim) },
  {
    title: "holds when a third of the requests is lost: that is another claim's",
    history: () =>
      wholeRun(claim, {
        probe: ({ path, sinceMs }) =>
          path.startsWith("cluster-ip/new") && sinceMs % 300 < 100 ? { why: "refused" } : null,
      }),
  },
  {
    title: "holds when the other number is silent, not refused",
    history: () => faring("target-port/", { why: "timeout" }),
  },
  {
    title: "broken when the other number answers from one worker",
    history: () => faring("target-port/new@worker2", { podUid: "uid-a" }),
    why: /answered \d+ times on the number/,
  },
  {
    title: "broken when it answers, though with an error",
    history: () => faring("target-port/", { podUid: "", status: 404 }),
    why: /answered \d+ times on the number/,
  },
  {
    title: "broken when the port leads nowhere from one worker, soon after the steady state",
    history: () => faring("cluster-ip/new@worker2", { why: "refused" }, 900),
    why: /the port answered \d+ times only, while the Pods listened/,
  },
  {
    title: "broken when the port leads to something else, which answers with an error",
    history: () => faring("cluster-ip/new", { podUid: "", status: 404 }, 900),
    why: /the port answered \d+ times only/,
  },
  {
    title: "unknown when the Pods do not listen there either",
    history: () => faring("endpoint/", { why: "refused" }),
    why: /too few asked of the Pods themselves/,
  },
  {
    title: "unknown when the other number was never asked",
    history: () =>
      without(wholeRun(claim), (e) => "path" in e && e.path.startsWith("target-port/")),
    why: /no request was sent on target-port\/new@worker/,
  },
  {
    title: "unknown when a prober was blind",
    history: () => blinded(wholeRun(claim), "prober@worker"),
    why: /prober@worker saw nothing/,
  },
]);
