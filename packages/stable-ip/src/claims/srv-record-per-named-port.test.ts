import { blinded, edited, inserted, testRows, without } from "../history/rows.ts";
import { wholeRun } from "../history/whole-run.ts";
import { srvRecordPerNamedPort as claim } from "./srv-record-per-named-port.ts";

const answering = (path: string, change: (addresses: string[]) => string[]) =>
  edited(wholeRun(claim), (event) =>
    event.kind === "resolved" && event.path.startsWith(path)
      ? { ...event, addresses: change(event.addresses) }
      : event,
  );

testRows(claim, [
  { title: "holds when each port has its records", history: () => wholeRun(claim) },
  {
    title: "holds in whatever order they come",
    history: () => answering("srv-headless-dns@", (all) => all.toReversed()),
  },
  {
    title: "broken when the headless Service has none",
    history: () => answering("srv-headless-dns@", () => []),
    why: /_http\._tcp\.api-direct\.\S+ was answered with nothing/,
  },
  {
    title: "broken when it leaves out a Pod, as one worker hears it",
    history: () => answering("srv-headless-dns@worker2", (all) => all.slice(1)),
    why: /api-direct\.\S+ was answered with/,
  },
  {
    title: "broken when it has one of nobody's",
    history: () =>
      answering("srv-headless-dns@", (all) => [...all, "10-9-9-9.api-direct.svclab:8080"]),
    why: /10-9-9-9/,
  },
  {
    title: "broken when the number is another port's",
    history: () => answering("srv-dns@", (all) => all.map((one) => one.replace(":9100", ":80"))),
    why: /_metrics\._tcp\.api\.\S+ was answered with \S+:80$/,
  },
  {
    title: "broken when the Service has none",
    history: () => answering("srv-dns@", () => []),
    why: /_metrics\._tcp\.api\.\S+ was answered with nothing/,
  },
  {
    title: "unknown when one was asked for too few times",
    history: () => {
      let nth = 0;
      return without(
        wholeRun(claim),
        (e) => e.kind === "resolved" && e.path === "srv-dns@worker" && nth++ % 8 > 0,
      );
    },
    why: /srv-dns@worker was answered \d+ times only/,
  },
  {
    title: "unknown when Pods changed meanwhile",
    history: () =>
      inserted(
        wholeRun(claim),
        (event) => event.kind === "fault-began",
        ({ atMs, from }) => ({ kind: "pods-seen", pods: [], atMs: atMs + 1_000, from }),
      ),
    why: /Pods changed meanwhile/,
  },
  {
    title: "unknown when a prober was blind",
    history: () => blinded(wholeRun(claim), "prober@worker"),
    why: /prober@worker saw nothing/,
  },
]);
