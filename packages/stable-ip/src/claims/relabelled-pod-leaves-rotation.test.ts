import { blinded, edited, testRows, without } from "../history/rows.ts";
import type { Probe } from "../history/ways.ts";
import { type WholeRun, wholeRun } from "../history/whole-run.ts";
import { relabelledPodLeavesRotation as claim } from "./relabelled-pod-leaves-rotation.ts";

const [began] = wholeRun(claim);
const off = wholeRun(claim).find(({ kind }) => kind === "pod-relabelled");
/** Ms since the history began, of when the label was taken off. */
const offMs = (off?.atMs ?? 0) - (began?.atMs ?? 0);

const meeting = (afterMs: number, forMs = 100): Partial<WholeRun> => ({
  probe: ({ path, sinceMs }: Probe) =>
    path.startsWith("cluster-ip/new@") &&
    sinceMs >= offMs + afterMs &&
    sinceMs < offMs + afterMs + forMs
      ? { podUid: "uid-a" }
      : null,
});
const run = (ways: Partial<WholeRun> = {}) => wholeRun(claim, ways);

testRows(claim, [
  { title: "holds when all connections go to the others", history: () => run() },
  {
    title: "holds when one still meets it 2.4 s after it lost its label",
    history: () => run(meeting(2_300)),
  },
  {
    title: "broken when one meets it 3 s after",
    history: () => run(meeting(3_000)),
    why: /2 new connections met uid-a, which had been without its label for \d+ ms/,
  },
  {
    title: "broken when it goes on to get its part",
    history: () => run(meeting(0, 60_000)),
    why: /new connections met uid-a/,
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
    title: "unknown when no Pod lost its label",
    history: () => without(run(), ({ kind }) => kind === "pod-relabelled"),
    why: /relabel-one: no Pod was seen to lose its label/,
  },
  {
    title: "unknown when the workload kept the Pod as one of its own until it went",
    history: () => {
      const all = run();
      const gone = all.find(({ kind }) => kind === "pod-gone");
      const kept = all.find((event) => event.kind === "pods-seen");
      const pod = kept?.kind === "pods-seen" ? kept.pods.filter((p) => p.podUid === "uid-a") : [];
      const isMeanwhile = ({ atMs }: { atMs: number }) =>
        atMs > (off?.atMs ?? 0) + 100 && atMs < (gone?.atMs ?? 0);
      return edited(all, (event) =>
        event.kind === "pods-seen" && isMeanwhile(event)
          ? { ...event, pods: [...event.pods, ...pod] }
          : event,
      );
    },
    why: /relabel-one: the workload kept Pod uid-a/,
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
    title: "unknown when too few connections were asked for",
    history: () =>
      without(
        run(),
        (e) =>
          "path" in e && e.path === "cluster-ip/new@worker" && e.atMs > (off?.atMs ?? 0) + 4_000,
      ),
    why: /connections from worker: \d+ are needed/,
  },
  {
    title: "unknown when the watch was blind",
    history: () => blinded(run(), "watch"),
    why: /watch saw nothing/,
  },
]);
