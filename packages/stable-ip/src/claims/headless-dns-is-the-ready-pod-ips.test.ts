import type { History } from "../claim.ts";
import { blinded, edited, inserted, testRows, without } from "../history/rows.ts";
import { wholeRun } from "../history/whole-run.ts";
import { headlessDnsIsTheReadyPodIps as claim } from "./headless-dns-is-the-ready-pod-ips.ts";

/** The run with every A record answered so much later than it was true. */
function late(byMs: number): History {
  const run = wholeRun(claim);
  const answers = run.filter((event) => event.kind === "resolved");
  return edited(run, (event) => {
    if (event.kind !== "resolved") return event;
    const then = answers.findLast(
      (one) => one.path === event.path && one.atMs <= event.atMs - byMs,
    );
    return then === undefined ? event : { ...event, addresses: then.addresses };
  });
}

testRows(claim, [
  { title: "holds when the records follow the Pods", history: () => wholeRun(claim) },
  { title: "holds when they follow 1.5 s later", history: () => late(1_500) },
  {
    title: "holds when a Pod without its label is let go 4 s after its record has gone",
    history: () => wholeRun(claim, { letGoTicks: 40 }),
  },
  {
    title: "holds when the server knows a little before our watch does",
    history: () =>
      edited(wholeRun(claim), (event) =>
        event.kind === "pods-seen" ? { ...event, atMs: event.atMs + 200 } : event,
      ),
  },
  {
    title: "broken when they follow 4 s later",
    history: () => late(4_000),
    why: /did not belong to|belonged to/,
  },
  {
    title: "broken when the address of a Pod that is held unready is published",
    history: () =>
      wholeRun(claim, {
        violation: "publish-not-ready",
        resolve: (pods) => pods.map((pod) => `${pod.ip}`),
      }),
    why: /10\.244\.1\.10 was answered and did not belong to a ready Pod/,
  },
  {
    title: "broken when a ready Pod is left out",
    history: () =>
      wholeRun(claim, {
        resolve: (pods) =>
          pods
            .filter((pod) => pod.ready)
            .slice(1)
            .map((pod) => `${pod.ip}`),
      }),
    why: /was left out/,
  },
  {
    title: "unknown when no Pod was unready for long enough to be missed",
    history: () =>
      edited(wholeRun(claim), (event) =>
        event.kind === "pods-seen"
          ? { ...event, pods: event.pods.filter((pod) => pod.ready && !pod.terminating) }
          : event,
      ),
  },
  {
    title: "unknown when one node never asked",
    history: () =>
      without(wholeRun(claim), (e) => e.kind === "resolved" && e.from === "prober@worker"),
    why: /no answer was written on headless-dns@worker/,
  },
  {
    title: "unknown when the server did not answer for longer than is decided on",
    history: () => {
      const run = wholeRun(claim);
      const fromMs = run.find((event) => event.kind === "pod-kill-sent")?.atMs ?? 0;
      return edited(run, (event) =>
        event.kind === "resolved" && event.atMs > fromMs && event.atMs < fromMs + 3_000
          ? {
              kind: "unresolved",
              atMs: event.atMs,
              from: event.from,
              path: event.path,
              name: event.name,
              why: "timeout",
              tookMs: 2,
            }
          : event,
      );
    },
    why: /without an answer for/,
  },
  {
    title: "unknown when queries are missing",
    history: () => {
      const run = wholeRun(claim);
      const fromMs = run.find((event) => event.kind === "pod-kill-sent")?.atMs ?? 0;
      return without(
        run,
        (event) => event.kind === "resolved" && event.atMs > fromMs && event.atMs < fromMs + 1_300,
      );
    },
    why: /nothing was asked/,
  },
  {
    title: "unknown when a prober was blind",
    history: () => blinded(wholeRun(claim), "prober@worker", 1_001),
    why: /prober@worker saw nothing/,
  },
  {
    title: "unknown when a prober lost what it saw, however little",
    history: () => blinded(wholeRun(claim), "prober@worker"),
    why: /prober@worker saw nothing for 100 ms/,
  },
  {
    title: "broken when a ready Pod was left out before the first fault",
    history: () =>
      wholeRun(claim, {
        resolve: (pods) =>
          pods
            .slice(pods.length > 3 || pods[0]?.podUid !== "uid-a" ? 0 : 1)
            .filter((pod) => pod.ready && !pod.terminating)
            .map((pod) => `${pod.ip}`),
      }),
    why: /was left out/,
  },
  {
    title: "holds when a prober stood still for less than a second",
    history: () => blinded(wholeRun(claim), "prober@worker", 900),
  },
  {
    title: "holds when a prober was blind before the first fault: nothing had changed yet",
    history: () =>
      inserted(
        wholeRun(claim),
        (event) => event.kind === "steady",
        ({ atMs }) => ({
          ...{ kind: "blind", atMs: atMs + 1_000, from: "prober@worker" },
          ...{ forMs: 500, why: "stood still" },
        }),
      ),
  },
  {
    title: "unknown when a prober's clock was never compared",
    history: () =>
      without(wholeRun(claim), (e) => e.kind === "clock" && e.recorder === "prober@worker2"),
    why: /clock of prober@worker2/,
  },
]);
