import type { History } from "../claim.ts";
import { blinded, edited, testRows, without } from "../history/rows.ts";
import { endpointOf } from "../history/ways.ts";
import { wholeRun } from "../history/whole-run.ts";
import { endpointsAreTheReadyMatchingPods as claim } from "./endpoints-are-the-ready-matching-pods.ts";

/** The run with the api's EndpointSlices seen later than they changed. */
function late(byMs: number): History {
  return edited(wholeRun(claim), (event) =>
    event.kind === "endpoints-seen" ? { ...event, atMs: event.atMs + byMs } : event,
  );
}

testRows(claim, [
  { title: "holds when the endpoints follow the Pods at once", history: () => wholeRun(claim) },
  { title: "holds when they follow 1.7 s later", history: () => late(1_700) },
  {
    title: "holds when a Pod without its label is let go 3 s after it is no endpoint any more",
    history: () => wholeRun(claim, { letGoTicks: 30 }),
  },
  {
    title: "broken when it is an endpoint for as long as the workload keeps it, 3 s",
    history: () =>
      wholeRun(claim, { letGoTicks: 30, endpoints: (pods, all) => (all ?? pods).map(endpointOf) }),
    why: /was a ready endpoint and no ready Pod for \d+ ms/,
  },
  {
    title: "broken when they follow 2.4 s later",
    history: () => late(2_400),
    why: /was a ready Pod and no ready endpoint for 2420 ms/,
  },
  {
    title: "broken when the selector matches no Pod after the steady state",
    history: () =>
      wholeRun(claim, {
        violation: "selector-one-label-wrong",
        change: (h) => h.write({ kind: "endpoints-seen", service: "api", endpoints: [] }),
        endpoints: () => [],
      }),
    why: /ready Pod and no ready endpoint/,
  },
  {
    title: "broken by a mistake though only Pods were deleted",
    history: () =>
      wholeRun(claim, {
        violation: "selector-one-label-wrong",
        faults: ["delete-each"],
        change: (h) => h.write({ kind: "endpoints-seen", service: "api", endpoints: [] }),
        endpoints: () => [],
      }),
    why: /ready Pod and no ready endpoint/,
  },
  {
    title: "unknown when a mistake shows nowhere and only Pods were deleted",
    history: () => wholeRun(claim, { violation: "x", faults: ["delete-each"] }),
    why: /hold-unready was left out/,
  },
  {
    title: "broken when Pods that are not ready are ready endpoints",
    history: () =>
      wholeRun(claim, {
        endpoints: (pods) => pods.map((pod) => ({ ...endpointOf(pod), ready: true })),
      }),
    why: /was a ready endpoint and no ready Pod/,
  },
  {
    title: "broken when a Pod of another workload is an endpoint",
    history: () =>
      wholeRun(claim, {
        endpoints: (pods) => [
          ...pods.map(endpointOf),
          {
            podUid: "uid-else",
            ip: "10.244.9.9",
            node: null,
            ready: true,
            serving: true,
            terminating: false,
          },
        ],
      }),
    why: /uid-else at 10\.244\.9\.9 was a ready endpoint/,
  },
  {
    title: "broken when an endpoint has another IP than its Pod",
    history: () =>
      wholeRun(claim, {
        endpoints: (pods) => pods.map((pod) => ({ ...endpointOf(pod), ip: "10.0.0.1" })),
      }),
  },
  {
    title: "unknown when no Pod was held unready",
    history: () =>
      edited(wholeRun(claim), (event) =>
        event.kind === "pods-seen"
          ? { ...event, pods: event.pods.filter((pod) => pod.ready || pod.terminating) }
          : event,
      ),
    why: /hold-unready: no Pod was seen to be held unready/,
  },
  {
    title: "unknown when the watch was blind",
    history: () => blinded(wholeRun(claim), "watch"),
    why: /watch saw nothing/,
  },
  {
    title: "holds when a prober was blind: it is no evidence here",
    history: () => blinded(wholeRun(claim), "prober@worker"),
  },
  {
    title: "unknown when no EndpointSlice was seen",
    history: () => without(wholeRun(claim), (event) => event.kind === "endpoints-seen"),
    why: /no EndpointSlice/,
  },
  {
    title: "unknown when the Pods were not seen",
    history: () => without(wholeRun(claim), (event) => event.kind === "pods-seen"),
    why: /0 of 3 Pods/,
  },
  {
    title: "unknown when no Pod ever changed",
    history: () => {
      const run = wholeRun({ ...claim, faults: [] });
      const [first] = run.filter((event) => event.kind === "steady");
      const fault = { atMs: first?.atMs ?? 0, from: "watch" };
      const began = claim.faults.map((kind) => ({
        ...fault,
        kind: "fault-began" as const,
        fault: kind,
      }));
      return run.flatMap((event) => (event === first ? [event, ...began] : [event]));
    },
  },
]);
