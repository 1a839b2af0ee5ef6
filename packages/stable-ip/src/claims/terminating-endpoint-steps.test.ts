import assert from "node:assert/strict";
import type { Event, SeenPod } from "@svclab/contracts";
import { blinded, edited, inserted, testRows, without } from "../history/rows.ts";
import { endpointOf } from "../history/ways.ts";
import { wholeRun } from "../history/whole-run.ts";
import { terminatingEndpointSteps as claim } from "./terminating-endpoint-steps.ts";

const endpoints = (of: (pod: SeenPod) => object) => (pods: readonly SeenPod[]) =>
  pods.map((pod) => ({ ...endpointOf(pod), ...of(pod) }));

testRows(claim, [
  { title: "holds when each endpoint drains and then goes", history: () => wholeRun(claim) },
  {
    title: "holds when it was seen to be a ready endpoint only just after it was deleted",
    history: () => {
      const run = wholeRun(claim);
      const isKill = (event: Event) => event.kind === "pod-kill-sent";
      const seen = run.find((event) => event.kind === "endpoints-seen" && event.service === "api");
      assert.ok(seen?.kind === "endpoints-seen");
      const unready = seen.endpoints.map((each) => ({ ...each, ready: false, serving: false }));
      const late = inserted(run, isKill, ({ atMs }) => ({ ...seen, atMs: atMs + 1 }));
      return inserted(late, isKill, ({ atMs }) => ({
        ...{ ...seen, atMs: atMs - 10 },
        endpoints: unready,
      }));
    },
  },
  {
    title: "holds when it stops serving before it goes",
    history: () => {
      let terminatingSeen = 0;
      return wholeRun(claim, {
        endpoints: endpoints(({ terminating }) => {
          if (!terminating) return {};
          terminatingSeen += 1;
          return { serving: terminatingSeen % 3 !== 0 };
        }),
      });
    },
  },
  {
    title: "broken when it goes at once",
    history: () =>
      wholeRun(claim, {
        endpoints: (pods) => pods.filter(({ terminating }) => !terminating).map(endpointOf),
      }),
    why: /uid-a was terminating and serving for 0 ms only/,
  },
  {
    title: "broken when it is terminating and does not serve at any time",
    history: () =>
      wholeRun(claim, {
        endpoints: endpoints(({ terminating }) => (terminating ? { serving: false } : {})),
      }),
    why: /uid-a was terminating and serving for 0 ms only/,
  },
  {
    title: "broken when it drains for a moment only, as after a deletion without grace",
    history: () => {
      const looks = new Map<string, number>();
      return wholeRun(claim, {
        endpoints: (pods) =>
          pods.flatMap((pod) => {
            const nth = (looks.get(pod.podUid) ?? 0) + (pod.terminating ? 1 : 0);
            looks.set(pod.podUid, nth);
            return nth > 1 ? [] : [endpointOf(pod)];
          }),
      });
    },
    why: /uid-a was terminating and serving for [1-9]\d* ms only/,
  },
  {
    title: "unknown when the Pod itself was not ready soon after it was deleted",
    history: () => {
      const looks = new Map<string, number>();
      const isUnready = ({ podUid, terminating }: SeenPod) => {
        const nth = (looks.get(podUid) ?? 0) + (terminating ? 1 : 0);
        looks.set(podUid, nth);
        return nth > 1;
      };
      const run = wholeRun(claim, {
        endpoints: endpoints((pod) => (isUnready(pod) ? { serving: false } : {})),
      });
      const seen = new Map<string, number>();
      return edited(run, (event) => {
        if (event.kind !== "pods-seen") return event;
        const pods = event.pods.map((pod) => {
          const nth = (seen.get(pod.podUid) ?? 0) + (pod.terminating ? 1 : 0);
          seen.set(pod.podUid, nth);
          return nth > 1 ? { ...pod, ready: false } : pod;
        });
        return { ...event, pods };
      });
    },
    why: /stopped being ready while it drained/,
  },
  {
    title: "broken when it is ready as long as it is there",
    history: () => wholeRun(claim, { endpoints: endpoints(() => ({ ready: true })) }),
    why: /uid-a was terminating and serving for 0 ms only/,
  },
  {
    title: "broken when it is ready again after it drained",
    history: () => {
      let seen = 0;
      return wholeRun(claim, {
        endpoints: endpoints(({ terminating }) =>
          terminating && ++seen === 2 ? { ready: true } : {},
        ),
      });
    },
    why: /uid-a was ready again/,
  },
  {
    title: "unknown when an endpoint was not seen to go",
    history: () => wholeRun(claim, { endpoints: (pods) => allEver(pods) }),
    why: /was not seen to go/,
  },
  {
    title: "unknown when no EndpointSlice was seen",
    history: () => without(wholeRun(claim), (event) => event.kind === "endpoints-seen"),
    why: /was no ready endpoint before/,
  },
  {
    title: "unknown when the watch was blind",
    history: () => blinded(wholeRun(claim), "watch"),
    why: /watch saw nothing/,
  },
  {
    title: "holds when the watch stood still for less than a fifth of 1 s",
    history: () => blinded(wholeRun(claim), "watch", 190),
  },
  {
    title: "unknown when the watch stood still for longer",
    history: () => blinded(wholeRun(claim), "watch", 201),
    why: /watch saw nothing/,
  },
]);

/** Endpoints that stay when their Pod is gone. */
const ever = new Map<string, ReturnType<typeof endpointOf>>();
function allEver(pods: readonly SeenPod[]) {
  for (const pod of pods) ever.set(pod.podUid, endpointOf(pod));
  return [...ever.values()];
}
