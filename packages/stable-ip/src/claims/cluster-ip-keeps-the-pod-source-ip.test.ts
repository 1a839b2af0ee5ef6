import { blinded, edited, testRows, without } from "../history/rows.ts";
import { wholeRun } from "../history/whole-run.ts";
import { clusterIpKeepsThePodSourceIp as claim } from "./cluster-ip-keeps-the-pod-source-ip.ts";

const node = "172.18.0.3";
const seen = (path: string, uids: readonly string[] | null) =>
  edited(wholeRun(claim), (event) =>
    event.kind === "answered" &&
    event.path.startsWith(path) &&
    event.source !== undefined &&
    (uids?.includes(event.podUid) ?? true)
      ? { ...event, source: { ...event.source, seen: node } }
      : event,
  );
const path = "cluster-ip-source/new@";

testRows(claim, [
  { title: "holds when each sees who asked", history: () => wholeRun(claim) },
  {
    title: "broken when nobody sees who asked",
    history: () => seen(path, null),
    why: /(\d+) of \1 answers saw another address/,
  },
  {
    title: "broken when the address is lost on the way from one worker",
    history: () => seen(`${path}worker2`, null),
    why: /\d+ of \d+ answers saw another address/,
  },
  {
    title: "broken when it is lost on the way to another node alone",
    history: () => seen(`${path}worker2`, ["uid-a", "uid-c"]),
    why: /\d+ of \d+ answers saw another address/,
  },
  {
    title: "unknown when the addresses were not told",
    history: () =>
      edited(wholeRun(claim), (event) => {
        if (event.kind !== "answered" || !event.path.startsWith(path)) return event;
        const { source: _, ...rest } = event;
        return rest;
      }),
    why: /0 answers came from the same node, 0 from another/,
  },
  {
    title: "unknown when nobody on another node answered",
    history: () =>
      edited(wholeRun(claim), (event) =>
        event.kind === "answered" && event.path.startsWith(path)
          ? { ...event, podUid: event.path.endsWith("worker2") ? "uid-b" : "uid-a" }
          : event,
      ),
    why: /\d+ answers came from the same node, 0 from another/,
  },
  {
    title: "unknown when one worker was hardly answered",
    history: () => {
      let nth = 0;
      return without(
        wholeRun(claim),
        (e) => e.kind === "answered" && e.path === `${path}worker2` && nth++ % 10 > 0,
      );
    },
    why: /one worker was answered \d+ times only/,
  },
  {
    title: "unknown when somebody else answers",
    history: () =>
      edited(wholeRun(claim), (event) =>
        event.kind === "answered" && event.path.startsWith(path)
          ? { ...event, podUid: "uid-web" }
          : event,
      ),
    why: /0 answers came from the same node/,
  },
  {
    title: "unknown when the Service was not asked from one worker",
    history: () => without(wholeRun(claim), (e) => "path" in e && e.path === `${path}worker`),
    why: /no request was sent on cluster-ip-source\/new@worker/,
  },
  {
    title: "unknown when a prober was blind",
    history: () => blinded(wholeRun(claim), "prober@worker"),
    why: /prober@worker saw nothing/,
  },
]);
