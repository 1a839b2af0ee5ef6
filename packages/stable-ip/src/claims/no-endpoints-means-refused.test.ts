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

testRows(claim, [
  { title: "holds when each is refused at once", history: () => wholeRun(claim) },
  { title: "holds when the node says unreachable", history: () => faring({ why: "unreachable" }) },
  { title: "holds when a refusal takes a while", history: () => slow(450) },
  {
    title: "broken when they hang",
    history: () => faring({ why: "timeout" }),
    why: /without an endpoint \d+ requests were not refused; the first ended by timeout/,
  },
  {
    title: "broken when those of one worker hang",
    history: () => faring({ why: "timeout" }, "cluster-ip/new@worker2"),
    why: /the first ended by timeout/,
  },
  {
    title: "broken when they are accepted and reset",
    history: () => faring({ why: "reset" }),
    why: /the first ended by reset/,
  },
  {
    title: "broken when somebody answers though nobody is there",
    history: () => faring({ podUid: "uid-other" }),
    why: /the first was answered/,
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
        "path" in event && event.path === "cluster-ip/new@worker" && nth++ % 6 > 0;
      return without(wholeRun(claim), most);
    },
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
