import type { Event } from "@svclab/contracts";
import { blinded, testRows, without } from "../history/rows.ts";
import { type WholeRun, wholeRun } from "../history/whole-run.ts";
import { gracefulDeleteLosesNothing as claim } from "./graceful-delete-loses-nothing.ts";

const route = "graceful/new@";

/** Sixty thousand requests and some. */
const enough = (run: WholeRun = {}) => wholeRun(claim, { gracefulEach: 32, ...run });

const losingAt = (nth: number) => {
  let asked = 0;
  return enough({
    probe: ({ path }) => (path.startsWith(route) && asked++ === nth ? { why: "refused" } : null),
  });
};

testRows(claim, [
  { title: "holds when each of 60,000 requests is answered", history: () => enough() },
  {
    title: "broken when one request is lost",
    history: () => losingAt(30_000),
    why: /1 of 6\d+ requests were lost, in 1 of 20 deletions/,
  },
  {
    title: "broken when one request is lost among fewer than are needed",
    history: () => {
      let asked = 0;
      return wholeRun(claim, {
        probe: ({ path, podUid }) =>
          path.startsWith(route) && podUid !== null && asked++ === 50
            ? { podUid, status: 503 }
            : null,
      });
    },
    why: /1 of \d+ requests were lost/,
  },
  {
    title: "broken when one request is lost in fewer deletions than are needed",
    history: () => {
      let asked = 0;
      return wholeRun(claim, {
        deletions: 2,
        probe: ({ path }) => (path.startsWith(route) && asked++ === 20 ? { why: "refused" } : null),
      });
    },
    why: /in 1 of 2 deletions/,
  },
  {
    title: "unknown when no Pod was deleted",
    history: () => wholeRun(claim, { deletions: 0 }),
    why: /delete-many: no deletion was seen/,
  },
  {
    title: "unknown when fewer Pods were deleted",
    history: () => wholeRun(claim, { deletions: 19 }),
    why: /19 deletions were seen to their end/,
  },
  {
    title: "unknown when a Pod was not seen to go",
    history: () => {
      const run = enough();
      const last = run.findLast((e): e is Event & { kind: "pod-gone" } => e.kind === "pod-gone");
      return without(run, (e) => e === last);
    },
    why: /19 deletions were seen to their end/,
  },
  {
    title: "unknown when too few requests were sent",
    history: () => wholeRun(claim),
    why: /\d+ requests are fewer than 60000/,
  },
  {
    title: "unknown when a worker asked nothing",
    history: () => without(wholeRun(claim), (e) => "path" in e && e.path === `${route}worker2`),
    why: /no request was sent on graceful\/new@worker2/,
  },
  {
    title: "unknown when a prober stood still for so long that requests were given up",
    history: () => blinded(wholeRun(claim), "prober@worker", 1_500),
    why: /prober@worker saw nothing for 1500 ms/,
  },
  {
    title: "unknown when a prober was blind",
    history: () => blinded(wholeRun(claim), "prober@worker"),
    why: /prober@worker saw nothing/,
  },
]);
