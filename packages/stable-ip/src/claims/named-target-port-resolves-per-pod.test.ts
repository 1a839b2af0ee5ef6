import type { Event } from "@svclab/contracts";
import { blinded, testRows, without, withoutEndpoints } from "../history/rows.ts";
import type { Fate, Probe } from "../history/ways.ts";
import { wholeRun } from "../history/whole-run.ts";
import { namedTargetPortResolvesPerPod as claim } from "./named-target-port-resolves-per-pod.ts";

const route = "versions/";
const faring = (fate: (probe: Probe) => Fate | null) =>
  wholeRun(claim, { probe: (one) => (one.path.startsWith(route) ? fate(one) : null) });

testRows(claim, [
  { title: "holds when the Pods of both versions answer", history: () => wholeRun(claim) },
  {
    title: "broken when the version that listens elsewhere is refused",
    history: () => faring(({ podUid }) => (podUid === "uid-next" ? { why: "refused" } : null)),
    why: /1 of 3 Pods were never met, and \d+ of \d+ requests were lost/,
  },
  {
    title:
      "broken when the version that listens elsewhere answered a few times, before the mistake",
    history: () => {
      let nth = 0;
      return faring(({ podUid }) =>
        podUid === "uid-next" && nth++ > 64 ? { why: "refused" } : null,
      );
    },
    why: /0 of 3 Pods were never met, and \d+ of \d+ requests were lost/,
  },
  {
    title: "holds when a few requests are lost",
    history: () => {
      let nth = 0;
      return faring(() => (nth++ % 10 === 0 ? { why: "timeout" } : null));
    },
  },
  {
    title: "broken when one version gets nothing though nothing is lost",
    history: () => faring(() => ({ podUid: "uid-next" })),
    why: /2 of 3 Pods were never met, and 0 of \d+ requests were lost/,
  },
  {
    title: "unknown when the next version was not there",
    history: () =>
      without(wholeRun(claim), (e) => e.kind === "endpoints-seen" && e.service === "web-next"),
    why: /two versions were not seen/,
  },
  {
    title: "unknown when its Pod was replaced meanwhile",
    history: () => withoutEndpoints(wholeRun(claim), "web-next"),
    why: /the endpoints of web-next changed meanwhile/,
  },
  {
    title: "unknown when too few were asked, though each Pod was met",
    history: () => {
      let nth = 0;
      const most = (e: Event) => "path" in e && e.path.startsWith(route) && nth++ % 10 > 0;
      return without(wholeRun(claim), most);
    },
    why: /\d+ requests are too few to meet all/,
  },
  {
    title: "unknown when the Service was not asked",
    history: () => without(wholeRun(claim), (e) => "path" in e && e.path.startsWith(route)),
    why: /no request was sent on versions\/new@worker/,
  },
  {
    title: "unknown when a prober was blind",
    history: () => blinded(wholeRun(claim), "prober@worker"),
    why: /prober@worker saw nothing/,
  },
]);
