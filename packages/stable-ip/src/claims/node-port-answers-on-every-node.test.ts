import { blinded, edited, testRows, without } from "../history/rows.ts";
import { wholeRun } from "../history/whole-run.ts";
import { nodePortAnswersOnEveryNode as claim } from "./node-port-answers-on-every-node.ts";

const controlPlane = "172.18.0.2";

testRows(claim, [
  {
    title: "holds when every node answers, two of them without a Pod",
    history: () => wholeRun(claim),
  },
  {
    title: "broken when the node without a Pod drops what it gets",
    history: () =>
      wholeRun(claim, {
        violation: "external-policy-local",
        probe: ({ target, sinceMs }) =>
          target === controlPlane && sinceMs > 1_000 ? { why: "timeout" } : null,
      }),
    why: /lost at 172\.18\.0\.2/,
  },
  {
    title: "broken when a node answers with an error",
    history: () =>
      wholeRun(claim, {
        probe: ({ path, target }) =>
          path.startsWith("node-port/") && target === controlPlane
            ? { podUid: "uid-web", status: 502 }
            : null,
      }),
  },
  {
    title: "unknown when one node was never asked",
    history: () =>
      without(wholeRun(claim), (event) => "target" in event && event.target === controlPlane),
    why: /2 addresses were asked, and there are 3 nodes/,
  },
  {
    title: "unknown when nothing was asked",
    history: () => without(wholeRun(claim), (e) => "path" in e && e.path === "node-port/new@host"),
    why: /no request was sent/,
  },
  {
    title: "unknown when a node was asked too few times",
    history: () => {
      const run = wholeRun(claim);
      const asked = run.filter((event) => "target" in event && event.target === controlPlane);
      const most = new Set(asked.slice(10));
      return without(run, (event) => most.has(event));
    },
    why: /was asked \d+ times only/,
  },
  {
    title: "unknown when every node runs a Pod of the Service",
    history: () =>
      edited(wholeRun(claim), (event) => {
        if (event.kind !== "endpoints-seen") return event;
        const nodes = ["control-plane", "worker", "worker2"];
        const endpoints = nodes.flatMap((node) =>
          event.endpoints.slice(0, 1).map((e) => ({ ...e, node })),
        );
        return { ...event, endpoints };
      }),
    why: /every node ran a Pod/,
  },
  {
    title: "unknown when nobody saw where the Pods are",
    history: () => without(wholeRun(claim), (event) => event.kind === "endpoints-seen"),
    why: /nobody knows where its Pods are/,
  },
  {
    title: "unknown when the host's prober was blind",
    history: () => blinded(wholeRun(claim), "prober@host"),
    why: /prober@host saw nothing/,
  },
  {
    title: "holds when it stood still, and sent later what was due",
    history: () => blinded(wholeRun(claim), "prober@host", 300),
  },
  {
    title: "holds when the prober was late: requests are counted here, not timed",
    history: () => wholeRun(claim, { lateMs: 900 }),
  },
]);
