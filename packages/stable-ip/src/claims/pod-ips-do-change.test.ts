import { blinded, edited, inserted, testRows, without } from "../history/rows.ts";
import { wholeRun } from "../history/whole-run.ts";
import { podIpsDoChange as claim } from "./pod-ips-do-change.ts";

testRows(claim, [
  {
    title: "holds when new Pods have new IPs and the old ones are dead",
    history: () => wholeRun(claim),
  },
  {
    title: "holds when a later Pod is given an old IP and answers there as itself",
    history: () =>
      wholeRun(claim, {
        probe: ({ path, target, podUid, sinceMs }) =>
          path.startsWith("endpoint/") &&
          target === "10.244.1.10" &&
          podUid === null &&
          sinceMs > 1e4
            ? { podUid: "uid-f" }
            : null,
      }),
  },
  {
    title: "broken when a container was killed instead: the Pod is still there",
    history: () => {
      const run = wholeRun(
        { ...claim, faults: ["sigkill-each"] },
        { violation: "kill-container-instead" },
      );
      return edited(run, (event) =>
        event.kind === "fault-began" || event.kind === "fault-ended"
          ? { ...event, fault: "delete-each" }
          : event,
      );
    },
    why: /was killed and is still there/,
  },
  {
    title: "broken when the new Pod has the old one's IP",
    history: () => wholeRun(claim, { heirIp: (old, fresh) => old?.ip ?? fresh }),
    why: /has its IP/,
  },
  {
    title: "broken when the old Pod answers after it has gone",
    history: () =>
      wholeRun(claim, {
        probe: ({ path, target, podUid }) =>
          path.startsWith("endpoint/") && target === "10.244.1.10" && podUid === null
            ? { podUid: "uid-a" }
            : null,
      }),
    why: /uid-a answered at 10\.244\.1\.10 after it had gone/,
  },
  {
    title: "unknown when the old address was never asked",
    history: () =>
      without(wholeRun(claim), (e) => e.kind === "unanswered" && e.path.startsWith("endpoint/")),
    why: /was asked 0 times after its Pod had gone/,
  },
  {
    title: "unknown when nothing was asked on the Pods' own addresses",
    history: () => without(wholeRun(claim), (e) => "path" in e && e.path.startsWith("endpoint/")),
    why: /no request was sent on endpoint\/new/,
  },
  {
    title: "unknown when no kill was seen",
    history: () => without(wholeRun(claim), (event) => event.kind === "pod-kill-sent"),
    why: /no kill/,
  },
  {
    title: "unknown when the Pods were not seen to go",
    history: () => without(wholeRun(claim), (event) => event.kind === "pod-gone"),
    why: /not seen to go/,
  },
  {
    title: "unknown when the watch was blind",
    history: () => blinded(wholeRun(claim), "watch"),
    why: /watch saw nothing/,
  },
  {
    title: "unknown when a prober was blind",
    history: () => blinded(wholeRun(claim), "prober@worker2"),
    why: /prober@worker2 saw nothing/,
  },
  {
    title: "holds when a prober was blind before the first deletion: no old address was there yet",
    history: () =>
      inserted(
        wholeRun(claim),
        (event) => event.kind === "steady",
        ({ atMs }) => ({
          ...{ kind: "blind", atMs: atMs + 1_000, from: "prober@worker2" },
          ...{ forMs: 300, why: "stood still" },
        }),
      ),
  },
  {
    title: "holds when a prober stood still while other Pods changed, after the deletions",
    history: () =>
      blinded(wholeRun({ ...claim, faults: ["delete-each", "roll-out"] }), "prober@worker2", 300),
  },
  {
    title: "broken when the old Pod answers as late as in a later change",
    history: () =>
      wholeRun(
        { ...claim, faults: ["delete-each", "roll-out"] },
        {
          probe: ({ path, target, podUid, sinceMs }) =>
            path.startsWith("endpoint/") &&
            target === "10.244.1.10" &&
            podUid === null &&
            sinceMs > 1e4
              ? { podUid: "uid-a" }
              : null,
        },
      ),
    why: /uid-a answered at 10\.244\.1\.10 after it had gone/,
  },
  {
    title: "holds when the prober was late: what counts is when it asked",
    history: () => wholeRun(claim, { lateMs: 900 }),
  },
]);
