import type { Event } from "@svclab/contracts";
import type { History } from "../claim.ts";
import { blinded, edited, testRows, without } from "../history/rows.ts";
import { fairPick, wholeRun } from "../history/whole-run.ts";
import { newConnectionsSpreadEvenly as claim } from "./new-connections-spread-evenly.ts";

/** Every nth fair pick is moved from Pod 2 to Pod 0. */
function skewed(every: number): (nth: number) => number {
  const fair = fairPick();
  return (nth) => (fair() === 2 && nth % every === 0 ? 0 : fair());
}

function lost(every: number): (nth: number) => number | "timeout" {
  const fair = fairPick(7);
  return (nth) => (nth % every === 0 ? "timeout" : fair());
}

function ofLoad(event: Event): boolean {
  return event.from.startsWith("k6@");
}

function withPorts(port: (nth: number) => number): History {
  let nth = 0;
  return edited(wholeRun(claim), (event) =>
    event.kind === "answered" && ofLoad(event) ? { ...event, connection: port(nth++) } : event,
  );
}

testRows(claim, [
  { title: "holds when each connection is a fair draw", history: () => wholeRun(claim) },
  {
    title: "holds when it is another fair draw",
    history: () => wholeRun(claim, { pick: fairPick(42) }),
  },
  {
    title: "holds when a few were not answered and none of them would decide it",
    history: () => wholeRun(claim, { pick: lost(1_000) }),
  },
  {
    title: "broken when each client stays with one Pod",
    history: () => wholeRun(claim, { pick: (_, node) => (node === "worker" ? 0 : 2) }),
    why: /different shares/,
  },
  {
    title: "broken when one Pod gets a few too many",
    history: () => wholeRun(claim, { pick: skewed(4) }),
    why: /different shares/,
  },
  {
    title: "broken when the nodes prefer different Pods and the sums are even",
    history: () => {
      const fair = fairPick(3);
      return wholeRun(claim, {
        pick: (nth, node) => (nth % 5 > 0 ? fair() : node === "worker" ? nth % 2 : 2 - (nth % 2)),
      });
    },
    why: /nodes spread differently/,
  },
  {
    title: "broken when the Pods take turns: even, and no draw",
    history: () => wholeRun(claim, { pick: (nth) => nth % 3 }),
    why: /depends on the one before/,
  },
  {
    title: "broken when it is uneven whatever the unanswered ones had got",
    history: () => wholeRun(claim, { pick: (nth) => (nth % 50 === 0 ? "timeout" : nth % 2) }),
    why: /different shares/,
  },
  {
    title: "unknown when the unanswered ones would decide it",
    history: () => wholeRun(claim, { pick: lost(6) }),
    why: /were not answered, and they would decide it/,
  },
  {
    title: "unknown when there were too few connections",
    history: () => wholeRun(claim, { connections: 10_600 }),
    why: /10600 connections are too few: 10639 are needed/,
  },
  {
    title: "unknown when requests were dropped",
    history: () =>
      edited(wholeRun(claim), (e) =>
        e.kind === "load-ended" ? { ...e, scheduled: e.scheduled + 4, dropped: 4 } : e,
      ),
    why: /dropped 4 requests/,
  },
  {
    title: "unknown when one node sent more than the other",
    history: () => {
      const run = wholeRun(claim, { connections: 11_400 });
      const extra = new Set(
        run.filter((e) => e.kind === "answered" && e.from === "k6@worker").slice(0, 300),
      );
      return edited(
        without(run, (event) => extra.has(event)),
        (e) => (e.kind === "load-ended" && e.node === "worker" ? { ...e, scheduled: 5_400 } : e),
      );
    },
    why: /worker sent 5400 connections, and an even part is 5550/,
  },
  {
    title: "unknown when one connection carried two requests in a row",
    history: () => withPorts((nth) => 32_768 + 2 * Math.floor(nth / 2)),
    why: /reused a connection at once/,
  },
  {
    title: "holds when a client port came again at once, at another Pod",
    history: () => {
      const run = wholeRun(claim);
      const sent = run.flatMap((e) => (e.kind === "answered" && e.from === "k6@worker" ? [e] : []));
      const at = sent.findIndex((e, nth) => nth > 100 && e.podUid !== sent[nth - 1]?.podUid);
      const again = sent[at];
      const port = sent[at - 1]?.connection ?? 0;
      return edited(run, (e) => (e === again ? { ...again, connection: port } : e));
    },
  },
  {
    title: "unknown when fifty clients kept their connections",
    history: () => withPorts((nth) => 32_768 + (nth % 50)),
    why: /used 50 client ports for 5350 requests/,
  },
  {
    title: "unknown when an answer came from a Pod that was not there all through",
    history: () =>
      edited(wholeRun(claim), (e) =>
        e.kind === "answered" && ofLoad(e) && e.scheduledMs % 997 === 0
          ? { ...e, podUid: "uid-z" }
          : e,
      ),
    why: /came from other Pods/,
  },
  {
    title: "unknown when a load did not end",
    history: () => without(wholeRun(claim), (event) => event.kind === "load-ended"),
    why: /not seen to end/,
  },
  {
    title: "unknown when the watch was blind",
    history: () => blinded(wholeRun(claim), "watch"),
    why: /watch saw nothing/,
  },
  {
    title: "holds when the watch only stood still: what it saw is counted",
    history: () => blinded(wholeRun(claim), "watch", 900),
  },
]);
