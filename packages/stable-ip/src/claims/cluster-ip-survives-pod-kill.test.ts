import { blinded, edited, inserted, testRows, without } from "../history/rows.ts";
import { wholeRun } from "../history/whole-run.ts";
import { clusterIpSurvivesPodKill as claim } from "./cluster-ip-survives-pod-kill.ts";

testRows(claim, [
  {
    title: "holds when every Pod was killed and the Service stayed",
    history: () => wholeRun(claim),
  },
  {
    title: "broken when the Service comes back with another clusterIP",
    history: () => wholeRun(claim, { change: (h) => h.service("10.96.0.77", { service: "api" }) }),
    why: /10\.96\.0\.9 and became 10\.96\.0\.77/,
  },
  {
    title: "broken when the Service comes back with the same clusterIP and another uid",
    history: () =>
      wholeRun(claim, { change: (h) => h.service("10.96.0.9", { service: "api", uid: "uid-2" }) }),
    why: /uid was uid-api and became uid-2/,
  },
  {
    title: "broken when the Service was deleted for a moment",
    history: () =>
      wholeRun(claim, { change: (h) => h.service("10.96.0.9", { service: "api", deleted: true }) }),
    why: /deleted/,
  },
  {
    title: "broken when it was seen to change, though the watch was blind at another time",
    history: () =>
      blinded(
        wholeRun(claim, { change: (h) => h.service("10.96.0.77", { service: "api" }) }),
        "watch",
      ),
  },
  {
    title: "holds when another Service was created again",
    history: () =>
      wholeRun(claim, { change: (h) => h.service("10.96.0.5", { service: "web-node", uid: "2" }) }),
  },
  {
    title: "unknown when the watch was blind",
    history: () => blinded(wholeRun(claim), "watch"),
    why: /watch saw nothing for 100 ms/,
  },
  {
    title: "unknown when the Service was never seen",
    history: () =>
      without(wholeRun(claim), (e) => e.kind === "service-seen" && e.service === "api"),
    why: /never seen/,
  },
  {
    title: "unknown when nobody looked again after the last fault",
    history: () => {
      const run = wholeRun(claim);
      const last = run.findLast((e) => e.kind === "service-seen" && e.service === "api");
      return without(run, (event) => event === last);
    },
    why: /not looked at after the last fault/,
  },
  {
    title: "unknown when no kill was seen",
    history: () => without(wholeRun(claim), (event) => event.kind === "pod-kill-sent"),
    why: /no kill of Pod pod-a/,
  },
  {
    title: "unknown when one of the Pods was spared",
    history: () =>
      without(wholeRun(claim), (e) => e.kind === "pod-kill-sent" && e.podUid === "uid-b"),
    why: /no kill of Pod pod-b/,
  },
  {
    title: "unknown when the SIGKILLs restarted nothing",
    history: () =>
      edited(wholeRun(claim), (event) =>
        event.kind === "pods-seen"
          ? { ...event, pods: event.pods.map((pod) => ({ ...pod, containerId: "same" })) }
          : event,
      ),
    why: /was not seen to change/,
  },
  {
    title: "unknown when scaling to zero left a Pod ready",
    history: () =>
      edited(wholeRun(claim), (event) =>
        event.kind === "pods-seen"
          ? {
              ...event,
              pods: [
                ...event.pods,
                {
                  podUid: "uid-stays",
                  name: "pod-stays",
                  ip: "10.244.1.99",
                  node: null,
                  ready: true,
                  terminating: false,
                  containerId: null,
                },
              ],
            }
          : event,
      ),
    why: /scale-to-zero: a Pod was ready throughout/,
  },
  {
    title: "unknown when the roll-out was announced and not sent",
    history: () => without(wholeRun(claim), (event) => event.kind === "roll-out-sent"),
    why: /no roll-out was sent/,
  },
  {
    title: "unknown when the Service has no clusterIP to keep",
    history: () =>
      edited(wholeRun(claim), (event) =>
        event.kind === "service-seen" ? { ...event, clusterIP: "None" } : event,
      ),
    why: /no address/,
  },
  {
    title: "unknown when a fault lies before the steady state",
    history: () =>
      inserted(
        wholeRun(claim),
        (event) => event.kind === "run-began",
        ({ atMs }) => ({ kind: "violation-applied", atMs, from: "watch", name: "early" }),
      ),
  },
]);
