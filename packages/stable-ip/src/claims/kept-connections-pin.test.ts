import type { Event } from "@svclab/contracts";
import { blinded, edited, testRows, without } from "../history/rows.ts";
import { wholeRun } from "../history/whole-run.ts";
import { keptConnectionsPin as claim } from "./kept-connections-pin.ts";

const kept = "cluster-ip/kept@";

/** Answers to kept clients from one Pod after the other: over one connection, or a new one each. */
const wandering = (oneConnection: boolean, tookMs = (_nth: number) => 5) => {
  let nth = 0;
  return wholeRun(claim, {
    probe: ({ path }) => {
      if (!path.startsWith(kept)) return null;
      nth += 1;
      const podUid = `uid-${"abc"[nth % 3]}`;
      const answer = { podUid, tookMs: tookMs(nth) };
      return oneConnection ? answer : { ...answer, connection: 50_000 + nth };
    },
  });
};

testRows(claim, [
  { title: "holds when each client stays with its Pod", history: () => wholeRun(claim) },
  {
    title: "holds when a connection was lost and the one in its place met another Pod",
    history: () => {
      let nth = 0;
      return wholeRun(claim, {
        probe: ({ path, podUid }) => {
          if (!path.startsWith(kept)) return null;
          nth += 1;
          if (nth < 300) return podUid === null ? null : { podUid };
          return nth === 300 ? { why: "reset" } : { podUid: "uid-b", connection: 50_000 };
        },
      });
    },
  },
  {
    title: "broken when one connection is answered by two Pods",
    history: () => wandering(true),
    why: /a connection was answered by two Pods, \d+ times/,
  },
  {
    title: "broken when the clients meet another Pod with each request",
    history: () => wandering(false),
    why: /clients that keep their connections met another Pod \d+ of \d+ times/,
  },
  {
    title: "unknown when new connections always met the same Pod too",
    history: () =>
      wholeRun(claim, {
        probe: ({ path }) => (path.startsWith("cluster-ip/new") ? { podUid: "uid-a" } : null),
      }),
    why: /new connections met the same Pod/,
  },
  {
    title: "unknown when a client was hardly answered",
    history: () => {
      let nth = 0;
      const most = (e: Event) =>
        e.kind === "answered" && e.path.startsWith(kept) && e.client === 1 && nth++ % 40 > 0;
      return without(wholeRun(claim), most);
    },
    why: /a client on cluster-ip\/kept was answered \d+ times only/,
  },
  {
    title: "unknown when nothing was asked over kept connections",
    history: () => without(wholeRun(claim), (e) => "path" in e && e.path.startsWith(kept)),
    why: /no request was sent on cluster-ip\/kept@worker/,
  },
  {
    title: "unknown when a prober was blind",
    history: () => blinded(wholeRun(claim), "prober@worker"),
    why: /prober@worker saw nothing/,
  },
  {
    title: "unknown when the clients were slow, so that they took other connections",
    history: () => wandering(false, (nth) => (nth % 5 === 0 ? 900 : 5)),
    why: /\d+ requests found their client's connection busy/,
  },
  {
    title: "unknown when the answers are errors",
    history: () =>
      edited(wholeRun(claim), (e) =>
        e.kind === "answered" && e.path.startsWith(kept) ? { ...e, status: 500 } : e,
      ),
    why: /was answered 0 times only/,
  },
]);
