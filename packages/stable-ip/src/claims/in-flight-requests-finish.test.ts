import { blinded, testRows, without } from "../history/rows.ts";
import { wholeRun } from "../history/whole-run.ts";
import { inFlightRequestsFinish as claim } from "./in-flight-requests-finish.ts";

const route = "in-flight/";

testRows(claim, [
  { title: "holds when each request is answered", history: () => wholeRun(claim) },
  {
    title: "broken when the requests of a deleted Pod are cut off",
    history: () =>
      wholeRun(claim, {
        probe: ({ path, sinceMs, podUid }) =>
          path.startsWith(route) && podUid === "uid-b" && sinceMs > 9_000 ? { why: "reset" } : null,
      }),
    why: /\d+ of \d+ requests were cut off/,
  },
  {
    title: "broken when a request is answered with an error",
    history: () => {
      let nth = 0;
      return wholeRun(claim, {
        probe: ({ path, podUid }) =>
          path.startsWith(route) && podUid !== null && nth++ === 200
            ? { podUid, status: 503 }
            : null,
      });
    },
    why: /1 of \d+ requests were cut off/,
  },
  {
    title: "unknown when the requests were too short to be at work when the end was told",
    history: () =>
      wholeRun(claim, {
        probe: ({ path, podUid }) =>
          path.startsWith(route) && podUid !== null ? { podUid, tookMs: 4_000 } : null,
      }),
    why: /only 0 requests were at work/,
  },
  {
    title: "unknown when nothing was asked",
    history: () => without(wholeRun(claim), (e) => "path" in e && e.path.startsWith(route)),
    why: /no request was sent on in-flight\/new@worker/,
  },
  {
    title: "unknown when no Pod was deleted",
    history: () => without(wholeRun(claim), (e) => e.kind === "pod-kill-sent"),
    why: /delete-each|only 0 requests/,
  },
  {
    title: "unknown when a prober was blind",
    history: () => blinded(wholeRun(claim), "prober@worker"),
    why: /prober@worker saw nothing/,
  },
]);
