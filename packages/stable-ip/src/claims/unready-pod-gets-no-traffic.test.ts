import { blinded, edited, inserted, testRows, without } from "../history/rows.ts";
import type { Probe } from "../history/ways.ts";
import { type WholeRun, wholeRun } from "../history/whole-run.ts";
import { unreadyPodGetsNoTraffic as claim } from "./unready-pod-gets-no-traffic.ts";

const beganMs = wholeRun(claim)[0]?.atMs ?? 0;
/** Ms since the history began, of when the first Pod was seen not to be ready. */
const unreadyMs =
  (wholeRun(claim).find((e) => e.kind === "pods-seen" && e.pods.some((pod) => !pod.ready))?.atMs ??
    0) - beganMs;

/** Whom one request a second through the Service meets, from a time after the Pod was not ready. */
const meeting = (podUid: string, afterMs: number, forMs = 100): Partial<WholeRun> => ({
  probe: ({ path, sinceMs }: Probe) =>
    path.startsWith("cluster-ip/new@") &&
    sinceMs >= unreadyMs + afterMs &&
    sinceMs < unreadyMs + afterMs + forMs
      ? { podUid }
      : null,
});
const run = (ways: Partial<WholeRun> = {}) => wholeRun(claim, ways);

testRows(claim, [
  { title: "holds when all connections go to the others", history: () => run() },
  {
    title: "holds when one still meets it 2.4 s after it stopped being ready",
    history: () => run(meeting("uid-a", 2_300)),
  },
  {
    title: "holds when one meets it a moment before it was seen to be ready again",
    history: () => run(meeting("uid-a", 8_700)),
  },
  {
    title: "broken when one meets it long before that",
    history: () => run(meeting("uid-a", 8_200)),
    why: /met uid-a/,
  },
  {
    title: "unknown when its container was restarted meanwhile: it was dead for some time",
    history: () => {
      let nth = 0;
      return edited(
        inserted(
          run(),
          (e) => e.kind === "pods-seen" && e.pods.some((pod) => !pod.ready),
          (event) => ({ ...event, atMs: event.atMs + 4_000 }),
        ),
        (event) => {
          if (event.kind !== "pods-seen" || event.pods.every((pod) => pod.ready)) return event;
          nth += 1;
          const containerId = `run-a-${nth}`;
          return { ...event, pods: event.pods.map((p) => (p.ready ? p : { ...p, containerId })) };
        },
      );
    },
    why: /connections from worker: \d+ are needed/,
  },
  {
    title: "holds however late the prober was",
    history: () => run({ lateMs: 900 }),
  },
  {
    title: "broken when one meets it 3 s after it stopped being ready",
    history: () => run(meeting("uid-a", 3_000)),
    why: /2 new connections met uid-a, which had not been ready for \d+ ms/,
  },
  {
    title: "unknown when too few connections were asked for",
    history: () => wholeRun(claim, { unreadyTicks: 60 }),
    why: /connections from worker: \d+ are needed/,
  },
  {
    title: "unknown when it did not answer at its own address: it may have been dead",
    history: () =>
      run({
        probe: ({ path, podUid }) =>
          path.startsWith("endpoint/new@") && podUid === "uid-a" ? { why: "refused" } : null,
      }),
    why: /not seen to live/,
  },
  {
    title: "unknown when it had no container: it was not ready since it had not started",
    history: () =>
      edited(run(), (event) =>
        event.kind === "pods-seen"
          ? { ...event, pods: event.pods.map((p) => (p.ready ? p : { ...p, containerId: null })) }
          : event,
      ),
    why: /no Pod was seen to live and not to be ready/,
  },
  {
    title: "unknown when nobody answered through the Service: who is refused meets no Pod",
    history: () =>
      run({
        probe: ({ path }) => (path.startsWith("cluster-ip/new@") ? { why: "refused" } : null),
      }),
    why: /0 connections from worker: \d+ are needed/,
  },
  {
    title: "unknown when nobody asked through the Service",
    history: () => without(run(), (e) => "path" in e && e.path === "cluster-ip/new@worker2"),
    why: /no request was sent on cluster-ip\/new@worker2/,
  },
  {
    title: "unknown when the watch was blind",
    history: () => blinded(run(), "watch"),
    why: /watch saw nothing/,
  },
]);
