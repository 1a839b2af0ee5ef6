import type { Event } from "@svclab/contracts";
import { blinded, edited, inserted, testRows, without } from "../history/rows.ts";
import type { Fate } from "../history/ways.ts";
import { wholeRun } from "../history/whole-run.ts";
import { noEndpointsMeansRefused as claim } from "./no-endpoints-means-refused.ts";

/** What becomes of a request that nobody is there for, from all workers or one. */
const faring = (fate: Fate, path = "cluster-ip/new@") =>
  wholeRun(claim, {
    probe: (probe) => (probe.path.startsWith(path) && probe.podUid === null ? fate : null),
  });
const ofRules = (event: Event, node = "worker") =>
  event.kind === "rules-changed" && event.node === node;
const slow = (ms: number) =>
  edited(faring({ why: "refused" }), (event) =>
    event.kind === "unanswered" && event.path === "cluster-ip/new@worker2"
      ? { ...event, tookMs: ms }
      : event,
  );

/** As a kernel does: six refusals at once, and then one in so many ms; all others are left to hang. */
const limited = (everyMs: number, path = "cluster-ip/") => {
  let tokens = 6;
  let lastMs = 0;
  return wholeRun(claim, {
    probe: (probe) => {
      if (!probe.path.startsWith(path) || !probe.path.endsWith("@worker2")) return null;
      if (probe.podUid !== null) return null;
      tokens = Math.min(6, tokens + (probe.sinceMs - lastMs) / everyMs);
      lastMs = probe.sinceMs;
      if (tokens < 1) return { why: "timeout" };
      tokens -= 1;
      return { why: "refused" };
    },
  });
};

/** A monitor's line that somebody is there again comes so late. */
const heardLate = (ms: number) =>
  edited(wholeRun(claim), (event) =>
    event.kind === "rules-changed" && event.node === "worker" && event.endpoints.length > 0
      ? { ...event, atMs: event.atMs + ms }
      : event,
  );

testRows(claim, [
  { title: "holds when each is refused at once", history: () => wholeRun(claim) },
  { title: "holds when the node says unreachable", history: () => faring({ why: "unreachable" }) },
  { title: "holds when a refusal takes a while", history: () => slow(450) },
  { title: "holds when the kernel refuses once a second", history: () => limited(1_000) },
  {
    title: "holds when the node's monitor is late to tell that somebody is there again",
    history: () => heardLate(400),
  },
  {
    title: "broken when somebody answers for longer than a monitor may be late",
    history: () => heardLate(800),
    why: /a request was answered, and \d+ more/,
  },
  {
    title: "broken when it refuses once in two seconds",
    history: () => limited(2_500),
    why: /for \d{4} ms no request was refused/,
  },
  {
    title: "broken when they hang",
    history: () => faring({ why: "timeout" }, "cluster-ip/"),
    why: /for \d{4} ms no request was refused/,
  },
  {
    title: "broken when those of one worker hang",
    history: () =>
      wholeRun(claim, {
        probe: ({ path, podUid }) =>
          path.endsWith("@worker2") && podUid === null ? { why: "timeout" } : null,
      }),
    why: /for \d{4} ms no request was refused/,
  },
  {
    title: "broken when they are accepted and reset",
    history: () => faring({ why: "reset" }),
    why: /a request was accepted and cut off, and \d+ more/,
  },
  {
    title: "broken when somebody answers though nobody is there",
    history: () => faring({ podUid: "uid-other" }),
    why: /a request was answered, and \d+ more/,
  },
  {
    title: "broken when a refusal takes too long",
    history: () => slow(700),
    why: /a refusal took 69\d ms/,
  },
  {
    title: "unknown when one node's rules were never seen empty",
    history: () => without(wholeRun(claim), (event) => ofRules(event, "worker2")),
    why: /the rules of worker2 were never seen empty/,
  },
  {
    title: "unknown when what was seen of a node's rules is not to be relied on",
    history: () =>
      inserted(
        wholeRun(claim),
        ({ kind }) => kind === "steady",
        ({ atMs, from }) => ({ kind: "rules-unseen", node: "worker", why: "it ended", atMs, from }),
      ),
    why: /the rules of worker were never seen empty/,
  },
  {
    title: "unknown when a node was asked too few times",
    history: () => {
      let nth = 0;
      const most = (event: Event) =>
        "path" in event && /^cluster-ip\/(new|kept)@worker$/.test(event.path) && nth++ % 15 > 0;
      return without(wholeRun(claim), most);
    },
    why: /a node without endpoints was asked \d+ times only/,
  },
  {
    title: "unknown when a prober was blind",
    history: () => blinded(wholeRun(claim), "prober@worker"),
    why: /prober@worker saw nothing/,
  },
  {
    title: "unknown when a prober was late",
    history: () => wholeRun(claim, { lateMs: 150 }),
    why: /the prober was 150 ms late/,
  },
]);
