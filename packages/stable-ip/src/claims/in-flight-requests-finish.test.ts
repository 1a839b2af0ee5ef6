import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { parseObjects } from "@svclab/cluster";
import { blinded, edited, inserted, testRows, without } from "../history/rows.ts";
import type { Fate, Probe } from "../history/ways.ts";
import { wholeRun } from "../history/whole-run.ts";
import { limits } from "../limits.ts";
import { inFlightRequestsFinish as claim } from "./in-flight-requests-finish.ts";

const route = "in-flight/";
const faring = (fate: (probe: Probe) => Fate | null) =>
  wholeRun(claim, { probe: (one) => (one.path.startsWith(route) ? fate(one) : null) });
/** Requests that were sent to one Pod, in a span of the run, and failed some time after they began. */
const lost = (
  why: "reset" | "timeout",
  tookMs: number,
  fromMs = 6_000,
  toMs = Number.POSITIVE_INFINITY,
) =>
  edited(
    faring(({ podUid, sinceMs }) =>
      podUid === "uid-b" && sinceMs > fromMs && sinceMs < toMs ? { why } : null,
    ),
    (e) => (e.kind === "unanswered" && e.path.startsWith(route) ? { ...e, tookMs } : e),
  );

testRows(claim, [
  { title: "holds when each request is answered", history: () => wholeRun(claim) },
  {
    title: "holds when requests are refused: that is another claim's",
    history: () => faring(({ sinceMs }) => (sinceMs % 900 === 0 ? { why: "refused" } : null)),
  },
  {
    title: "holds when requests were reset before any Pod was deleted",
    history: () =>
      faring(({ sinceMs }) => (sinceMs > 8_000 && sinceMs < 8_650 ? { why: "reset" } : null)),
  },
  {
    title: "holds when what was under way at a deletion is reset long after that Pod had gone",
    history: () => lost("reset", 4_500, 8_300, 8_700),
  },
  {
    title: "broken when the requests of a deleted Pod are reset",
    history: () => lost("reset", 2_500),
    why: /\d+ requests were cut off, in \d of 3 deletions/,
  },
  {
    title: "broken when the requests of a deleted Pod are never answered",
    history: () => lost("timeout", 20_000),
    why: /\d+ requests were cut off/,
  },
  {
    title: "broken when a deleted Pod answers with an error",
    history: () =>
      faring(({ podUid }) => (podUid === "uid-a" ? { podUid, status: 503, tookMs: 8_000 } : null)),
    why: /\d+ requests were cut off, in 1 of 3 deletions/,
  },
  {
    title: "unknown when the requests were too short to be at work when the end was told",
    history: () => faring(({ podUid }) => (podUid === null ? null : { podUid, tookMs: 4_000 })),
    why: /in 3 deletions no request was at work/,
  },
  {
    title: "unknown when one of the Pods had no request at work",
    history: () => faring(({ podUid }) => (podUid === "uid-c" ? { podUid, tookMs: 10 } : null)),
    why: /in 1 deletions no request was at work/,
  },
  {
    title: "unknown when nothing was asked",
    history: () => without(wholeRun(claim), (e) => "path" in e && e.path.startsWith(route)),
    why: /no request was sent on in-flight\/new@worker/,
  },
  {
    title: "unknown when the prober stood still for so long that requests were given up",
    history: () => blinded(wholeRun(claim), "prober@worker", 6_000),
    why: /prober@worker saw nothing for 6000 ms/,
  },
  {
    title: "holds when Pods that another fault deletes cut requests off",
    history: () =>
      inserted(
        faring(({ sinceMs }) => (sinceMs === 2_000 ? { why: "reset" } : null)),
        (e) => e.kind === "steady",
        (e) => ({
          ...{ kind: "pod-kill-sent", podUid: "uid-z", podIp: "10.244.9.9", node: "worker" },
          ...{ how: "graceful", from: "watch", atMs: e.atMs + 1_400 },
        }),
      ),
  },
  {
    title: "unknown when a prober was blind",
    history: () => blinded(wholeRun(claim), "prober@worker"),
    why: /prober@worker saw nothing/,
  },
]);

it("the api's Pods serve on for as long as the judge takes for granted", () => {
  const path = new URL("../../../../k8s/base/api/deployment.yaml", import.meta.url);
  const [deployment] = parseObjects(readFileSync(path, "utf8"), path.pathname);
  const [container] = (
    deployment as unknown as {
      spec: {
        template: {
          spec: { containers: { lifecycle: { preStop: { sleep: { seconds: number } } } }[] };
        };
      };
    }
  ).spec.template.spec.containers;
  assert.equal((container?.lifecycle.preStop.sleep.seconds ?? 0) * 1_000, limits.preStopMs);
});
