import { blinded, edited, testRows, without } from "../history/rows.ts";
import { wholeRun } from "../history/whole-run.ts";
import { headlessHasNoIpAndNoRules as claim } from "./headless-has-no-ip-and-no-rules.ts";

const ruled = (node: string, rules: Record<string, number>) =>
  edited(wholeRun(claim), (event) =>
    event.kind === "node-rules-seen" && event.node === node
      ? { ...event, rules: { ...event.rules, ...rules } }
      : event,
  );

testRows(claim, [
  {
    title: "holds when it has no IP, and nodes have rules for others only",
    history: () => wholeRun(claim),
  },
  {
    title: "holds when it was deleted and made again without an IP",
    history: () =>
      wholeRun(claim, {
        change: (built) => {
          built.service("None", { service: "api-direct", deleted: true });
          built.service("None", { service: "api-direct", uid: "uid-again" });
        },
      }),
  },
  {
    title: "broken when it gets an IP",
    history: () =>
      wholeRun(claim, {
        change: (built) =>
          built.service("10.96.0.7", { service: "api-direct", clusterIP: "10.96.0.7" }),
      }),
    why: /api-direct had the IP 10\.96\.0\.7/,
  },
  {
    title: "broken when one node holds a rule for it",
    history: () => ruled("worker2", { "api-direct": 2 }),
    why: /2 rules of worker2 name api-direct/,
  },
  {
    title: "unknown when a node has no rule for the other either",
    history: () => ruled("worker", { api: 0 }),
    why: /no rule of worker names api/,
  },
  {
    title: "unknown when the rules of a node were not looked at",
    history: () =>
      without(wholeRun(claim), (e) => e.kind === "node-rules-seen" && e.node === "control-plane"),
    why: /the rules of control-plane were not looked at/,
  },
  {
    title: "unknown when the Service was never seen",
    history: () =>
      without(wholeRun(claim), (e) => e.kind === "service-seen" && e.service === "api-direct"),
    why: /api-direct was not seen/,
  },
  {
    title: "unknown when the watch was blind",
    history: () => blinded(wholeRun(claim), "watch"),
    why: /watch saw nothing/,
  },
]);
