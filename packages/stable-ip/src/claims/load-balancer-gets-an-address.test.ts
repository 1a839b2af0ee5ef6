import type { Event } from "@svclab/contracts";
import type { HistoryBuilder } from "../history/builder.ts";
import { blinded, testRows, without } from "../history/rows.ts";
import { wholeRun } from "../history/whole-run.ts";
import { loadBalancerGetsAnAddress as claim } from "./load-balancer-gets-an-address.ts";

function recreated(built: HistoryBuilder, loadBalancer: string[]): HistoryBuilder {
  const service = { service: "web-public", uid: "uid-2", loadBalancer };
  return built.service("10.96.0.8", { ...service, deleted: false });
}

/** The Service that the fault made again, with its address. */
function isServedAgain(event: Event): boolean {
  return (
    event.kind === "service-seen" &&
    event.uid === "uid-again" &&
    event.loadBalancer[0] !== undefined
  );
}

testRows(claim, [
  {
    title: "holds when the Service made again has an address soon, and traffic arrives",
    history: () => wholeRun(claim),
  },
  {
    title: "unknown when the Service was not made again: an old address promises nothing",
    history: () => {
      const run = wholeRun(claim);
      return without(
        run,
        (e) =>
          e.kind === "service-seen" && e.service === "web-public" && e.uid !== "uid-web-public",
      );
    },
    why: /recreate-load-balancer: web-public was not seen to go and to come back/,
  },
  {
    title: "unknown when it was never seen without an address: the wait was not seen",
    history: () => {
      const run = wholeRun(claim);
      return without(
        run,
        (e) => e.kind === "service-seen" && !e.deleted && e.loadBalancer.length === 0,
      );
    },
    why: /never seen to wait for an address/,
  },
  {
    title: "holds when the address comes 5 s after the Service was created again",
    history: () =>
      wholeRun(claim, {
        change: (h) => {
          recreated(h, []).answers(50);
          recreated(h, ["192.0.2.80"]);
        },
      }),
  },
  {
    title: "holds when a request was lost now and then: that is another claim",
    history: () =>
      wholeRun(claim, { probe: ({ sinceMs }) => (sinceMs % 700 === 0 ? { why: "reset" } : null) }),
  },
  {
    title: "holds when it was away for 31 s: what is deleted needs no address",
    history: () =>
      wholeRun(claim, {
        change: (h) => {
          const away = { service: "web-public", deleted: true, loadBalancer: [] };
          recreated(h.service("10.96.0.8", away).answers(310), ["192.0.2.80"]);
        },
      }),
  },
  {
    title: "broken when no address comes within 30 s",
    history: () => {
      const violation = "load-balancer-class-nobody-serves";
      const change = (h: HistoryBuilder) => recreated(h, []).answers(310);
      return without(wholeRun(claim, { violation, change }), isServedAgain);
    },
    why: /web-public had no address for/,
  },
  {
    title: "broken when there is an address and nothing arrives through it",
    history: () =>
      wholeRun(claim, {
        change: (h) => h.answers(50),
        probe: ({ path, sinceMs }) =>
          path.startsWith("load-balancer/") && sinceMs > 1_000 ? { why: "timeout" } : null,
      }),
    why: /no answer came through the address for/,
  },
  {
    title: "unknown when the run ended before the time for an address was over",
    history: () => {
      return without(wholeRun(claim), isServedAgain);
    },
    why: /ended before web-public had waited/,
  },
  {
    title: "unknown when the Service was never seen",
    history: () =>
      without(wholeRun(claim), (e) => e.kind === "service-seen" && e.service === "web-public"),
    why: /web-public was not seen/,
  },
  {
    title: "unknown when it was deleted and did not come back",
    history: () => {
      const run = wholeRun(claim);
      const last = run.findLast((e) => e.kind === "service-seen" && e.service === "web-public");
      return run.map((e) =>
        e === last && e.kind === "service-seen" ? { ...e, deleted: true } : e,
      );
    },
    why: /was deleted/,
  },
  {
    title: "unknown when the new address was never asked: the prober went on with the old one",
    history: () =>
      wholeRun(claim).map((event) =>
        event.kind === "service-seen" && event.uid === "uid-again" && event.loadBalancer[0]
          ? { ...event, loadBalancer: ["192.0.2.81"] }
          : event,
      ),
    why: /nobody asked 192\.0\.2\.81/,
  },
  {
    title: "unknown when nothing was asked from the host",
    history: () =>
      without(wholeRun(claim), (e) => "path" in e && e.path === "load-balancer/new@host"),
  },
  {
    title: "unknown when the host's prober was blind",
    history: () => blinded(wholeRun(claim), "prober@host", 2_001),
    why: /prober@host saw nothing/,
  },
  {
    title: "holds when the host's prober stood still for less than a fifth of 10 s",
    history: () => blinded(wholeRun(claim), "prober@host", 1_900),
  },
  {
    title: "unknown when the watch was blind",
    history: () => blinded(wholeRun(claim), "watch"),
    why: /watch saw nothing/,
  },
  {
    title: "holds when the watch stood still for less than a fifth of 10 s",
    history: () => blinded(wholeRun(claim), "watch", 1_900),
  },
  {
    title: "unknown when the watch stood still for longer",
    history: () => blinded(wholeRun(claim), "watch", 2_001),
    why: /watch saw nothing/,
  },
  {
    title: "unknown when the host's prober was later than a fifth of 10 s",
    history: () => wholeRun(claim, { lateMs: 2_100 }),
    why: /2100 ms late/,
  },
]);
