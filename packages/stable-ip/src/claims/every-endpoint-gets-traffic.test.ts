import { blinded, inserted, testRows, without } from "../history/rows.ts";
import { wholeRun } from "../history/whole-run.ts";
import { everyEndpointGetsTraffic as claim } from "./every-endpoint-gets-traffic.ts";

testRows(claim, [
  { title: "holds when each node reaches each Pod", history: () => wholeRun(claim) },
  {
    title: "holds when the spread is skewed: that is another claim",
    history: () =>
      wholeRun(claim, { pick: (nth) => (nth % 10 === 0 ? 1 : nth % 11 === 0 ? 2 : 0) }),
  },
  {
    title: "broken when a node reaches only the Pods on itself",
    history: () =>
      wholeRun(claim, {
        violation: "internal-policy-local",
        pick: (nth, node) => (node === "worker" ? (nth % 2) * 2 : 1),
      }),
    why: /worker never reached pod-b; worker2 never reached pod-a, pod-c/,
  },
  {
    title: "broken when a node without a Pod is refused every time",
    history: () =>
      wholeRun(claim, { pick: (nth, node) => (node === "worker" ? nth % 3 : "refused") }),
    why: /worker2 never reached pod-a, pod-b, pod-c/,
  },
  {
    title: "unknown when there were too few connections to meet all",
    history: () => wholeRun(claim, { connections: 60 }),
    why: /30 connections, and 54 are needed/,
  },
  {
    title: "unknown when each Pod answered once and all else was refused",
    history: () => wholeRun(claim, { pick: (nth) => (nth < 3 ? nth : "refused") }),
    why: /got answers on 3 connections, and 54 are needed/,
  },
  {
    title: "unknown when no load ran",
    history: () => without(wholeRun(claim), (e) => "path" in e && e.path.startsWith("spread/")),
    why: /not seen to end/,
  },
  {
    title: "unknown when a load generator did not report its end",
    history: () => without(wholeRun(claim), (e) => e.kind === "load-ended" && e.node === "worker2"),
    why: /load from worker2 was not seen to end/,
  },
  {
    title: "unknown when the history holds fewer requests than were sent",
    history: () => {
      const run = wholeRun(claim);
      const some = new Set(
        run.filter((e) => e.kind === "answered" && e.from === "k6@worker").slice(0, 9),
      );
      return without(run, (event) => some.has(event));
    },
    why: /says 5350 requests, .* the history holds 5341/,
  },
  {
    title: "unknown when a Pod was not ready all through the load",
    history: () =>
      inserted(
        wholeRun(claim),
        (event) => event.kind === "fault-began",
        ({ atMs }) => ({ kind: "pods-seen", atMs: atMs + 500, from: "watch", pods: [] }),
      ),
    why: /not ready all through/,
  },
  {
    title: "unknown when the watch was blind",
    history: () => blinded(wholeRun(claim), "watch"),
    why: /watch saw nothing/,
  },
]);
