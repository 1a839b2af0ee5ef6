import type { History } from "../claim.ts";
import { history } from "../history/builder.ts";
import { blinded, edited, inserted, testRows, without } from "../history/rows.ts";
import type { Fate, Probe } from "../history/ways.ts";
import { wholeRun } from "../history/whole-run.ts";
import { clusterIpAnswersThroughKill as claim } from "./cluster-ip-answers-through-kill.ts";

/** A run in which requests on some cluster-ip paths fare otherwise from one time to another. */
function faring(
  fate: Fate,
  during: (run: Kills) => Window,
  path = /^cluster-ip/,
  uncertaintyMs = 2,
): History {
  const kills = killsOf(wholeRun(claim));
  const { fromMs, toMs } = during(kills);
  return wholeRun(claim, {
    uncertaintyMs,
    probe: (probe: Probe) =>
      path.test(probe.path) && probe.sinceMs >= fromMs && probe.sinceMs < toMs ? fate : null,
  });
}

/** The run with other client ports on one path. */
function ported(path: string, port: (nth: number) => number): History {
  let nth = 0;
  return edited(wholeRun(claim), (event) =>
    event.kind === "answered" && event.path === path
      ? { ...event, connection: port(nth++) }
      : event,
  );
}

interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Ms since the history began of the last SIGKILL and of the last graceful deletion. */
interface Kills {
  readonly sigkill: number;
  readonly graceful: number;
}

function killsOf(run: History): Kills {
  const beganMs = run[0]?.atMs ?? 0;
  const last = (how: string) =>
    (run.findLast((e) => e.kind === "pod-kill-sent" && e.how === how)?.atMs ?? 0) - beganMs;
  return { sigkill: last("sigkill"), graceful: last("graceful") };
}

const refused: Fate = { why: "refused" };

/** The run with one deletion more, and requests lost after the first, when no SIGKILL excuses it. */
function lostAtFirstDeletion(forMs: number): History {
  const beganMs = wholeRun(claim)[0]?.atMs ?? 0;
  const first = wholeRun(claim).find((e) => e.kind === "pod-kill-sent" && e.how === "graceful");
  const fromMs = (first?.atMs ?? 0) - beganMs + 1_500;
  return wholeRun(claim, {
    oneMore: "delete-each",
    probe: ({ path, sinceMs }) =>
      path === "cluster-ip/new@worker" && sinceMs >= fromMs && sinceMs < fromMs + forMs
        ? refused
        : null,
  });
}

/** Ms since the history began of the last deletion where there is one more. */
const lastDeletionMs = () => killsOf(wholeRun(claim, { oneMore: "delete-each" })).graceful;

testRows(claim, [
  {
    title: "holds when requests are lost only just after a SIGKILL",
    history: () => wholeRun(claim),
  },
  {
    title: "holds when a request that was under way at the SIGKILL is lost",
    history: () =>
      faring({ why: "reset" }, ({ sigkill }) => ({ fromMs: sigkill - 1, toMs: sigkill + 99 })),
  },
  {
    title: "broken when one request is lost while a Pod is deleted gracefully",
    history: () =>
      faring(
        refused,
        ({ graceful }) => ({ fromMs: graceful, toMs: graceful + 100 }),
        /new@worker2$/,
      ),
    why: /1 requests were lost without a SIGKILL/,
  },
  {
    title: "broken when a deleted Pod answers 503 instead of draining",
    history: () =>
      faring({ podUid: "uid-a", status: 503 }, ({ graceful }) => ({
        fromMs: graceful + 200,
        toMs: graceful + 400,
      })),
    why: /lost without a SIGKILL/,
  },
  {
    title: "broken when requests are still lost 3.5 s after a SIGKILL",
    history: () =>
      faring(refused, ({ sigkill }) => ({ fromMs: sigkill + 3_500, toMs: sigkill + 3_700 })),
    why: /lost without a SIGKILL in the 3 s before/,
  },
  {
    title: "holds when the last one is lost 2.5 s after a SIGKILL",
    history: () =>
      faring(refused, ({ sigkill }) => ({ fromMs: sigkill + 2_400, toMs: sigkill + 2_500 })),
  },
  {
    title: "unknown when the clocks do not tell whether it was 3 s",
    history: () =>
      faring(
        refused,
        ({ sigkill }) => ({ fromMs: sigkill + 2_950, toMs: sigkill + 3_050 }),
        /new@worker$/,
        100,
      ),
    why: /clocks' 100 ms/,
  },
  {
    title: "broken when a path is silent for 1.2 s after a SIGKILL while two Pods live",
    history: () =>
      faring(
        { why: "timeout" },
        ({ sigkill }) => ({ fromMs: sigkill + 100, toMs: sigkill + 1_300 }),
        /kept@worker$/,
      ),
    why: /silent for 13\d\d ms/,
  },
  {
    title: "unknown when the silence is longer than 1 s by less than the clocks tell",
    history: () =>
      faring(
        refused,
        ({ sigkill }) => ({ fromMs: sigkill + 100, toMs: sigkill + 1_300 }),
        /kept@worker$/,
        400,
      ),
    why: /clocks' 400 ms/,
  },
  {
    title: "unknown when no kill was seen",
    history: () => without(wholeRun(claim), (event) => event.kind === "pod-kill-sent"),
    why: /no kill/,
  },
  {
    title: "unknown when a deleted Pod was never seen gone",
    history: () => without(wholeRun(claim), (event) => event.kind === "pod-gone"),
    why: /never seen gone/,
  },
  {
    title: "unknown when the deletions were not graceful",
    history: () =>
      edited(wholeRun(claim), (event) =>
        event.kind === "pod-kill-sent" ? { ...event, how: "force" } : event,
      ),
    why: /kill in delete-each was force/,
  },
  {
    title: "unknown when a prober was blind",
    history: () => blinded(wholeRun(claim), "prober@worker"),
    why: /prober@worker saw nothing/,
  },
  {
    title: "unknown when a prober stood still at one of the kills",
    history: () => blinded(wholeRun(claim), "prober@worker", 300),
    why: /prober@worker saw nothing for 300 ms/,
  },
  {
    title: "holds when a prober stood still at one of the kills, and there was one more",
    history: () => blinded(wholeRun(claim, { oneMore: "delete-each" }), "prober@worker", 300),
  },
  {
    title: "unknown when it stood still at two, and there was one more",
    history: () => {
      const once = blinded(wholeRun(claim, { oneMore: "delete-each" }), "prober@worker", 300);
      return inserted(
        once,
        (event) =>
          event.kind === "pod-gone" && event === once.findLast((e) => e.kind === "pod-gone"),
        ({ atMs }) => ({
          ...{ kind: "blind", atMs: atMs + 500, from: "prober@worker2", forMs: 250 },
          ...{ why: "it stood still", late: true },
        }),
      );
    },
    why: /prober@worker2 saw nothing for 250 ms/,
  },
  {
    title: "unknown when one more kill was of the other kind",
    history: () => blinded(wholeRun(claim, { oneMore: "sigkill-each" }), "prober@worker", 300),
    why: /prober@worker saw nothing for 300 ms/,
  },
  {
    title:
      "unknown when a request was lost while a prober stood still, for all that there was one more",
    history: () => blinded(lostAtFirstDeletion(200), "prober@worker", 300),
    why: /prober@worker saw nothing for 300 ms/,
  },
  {
    title: "broken when a request was lost at another kill than that",
    history: () =>
      blinded(
        wholeRun(claim, {
          oneMore: "delete-each",
          probe: ({ path, sinceMs }) =>
            path === "cluster-ip/new@worker" && Math.abs(sinceMs - lastDeletionMs()) < 60
              ? refused
              : null,
        }),
        "prober@worker",
        300,
      ),
    why: /requests were lost without a SIGKILL/,
  },
  {
    title: "unknown when a path is silent from a kill that was not seen into one that was",
    history: () => {
      const blind = wholeRun(claim, { oneMore: "sigkill-each" });
      const { sigkill } = killsOf(blind);
      const silent = wholeRun(claim, {
        oneMore: "sigkill-each",
        probe: ({ path, sinceMs }) =>
          path === "cluster-ip/kept@worker" && Math.abs(sinceMs - sigkill) < 700 ? refused : null,
      });
      const last = silent.findLast((e) => e.kind === "pod-kill-sent" && e.how === "sigkill");
      return inserted(
        silent,
        (event) => event === last,
        ({ atMs }) => ({
          ...{ kind: "blind", atMs: atMs + 1_200, from: "prober@worker", forMs: 300 },
          ...{ why: "it stood still", late: true },
        }),
      );
    },
    why: /prober@worker saw nothing for 300 ms/,
  },
  {
    title: "broken when a path is silent from before a SIGKILL until after it",
    history: () =>
      faring(
        refused,
        ({ sigkill }) => ({ fromMs: sigkill - 600, toMs: sigkill + 600 }),
        /kept@worker$/,
      ),
    why: /silent for 12\d\d ms/,
  },
  {
    title: "unknown when the watch was blind",
    history: () => blinded(wholeRun(claim), "watch"),
    why: /watch saw nothing/,
  },
  {
    title: "holds when only the host's prober was blind: it is no evidence here",
    history: () => blinded(wholeRun(claim), "prober@host"),
  },
  {
    title: "unknown when the prober was later than a fifth of 1 s",
    history: () => wholeRun(claim, { lateMs: 201 }),
    why: /201 ms late on .*; a fifth of the 1000 ms decided on is 200 ms/,
  },
  {
    title: "holds when the prober was a little late",
    history: () => wholeRun(claim, { lateMs: 150 }),
  },
  {
    title: "unknown when one path was never asked",
    history: () =>
      without(wholeRun(claim), (e) => "path" in e && e.path === "cluster-ip/kept@worker2"),
    why: /no request was sent on cluster-ip\/kept@worker2/,
  },
  {
    title: "unknown when kept connections were not kept",
    history: () => ported("cluster-ip/kept@worker", (nth) => 30_000 + (nth % 9_000)),
    why: /\d+ client ports for \d+ requests on cluster-ip\/kept@worker: .* not kept/,
  },
  {
    title: "holds when each of four kept connections was opened again after each kill",
    history: () => ported("cluster-ip/kept@worker", (nth) => 30_000 + Math.floor(nth / 20)),
  },
  {
    title: "unknown when what should be new connections was kept",
    history: () => ported("cluster-ip/new@worker2", (nth) => 30_000 + (nth % 4)),
    why: /4 client ports for \d+ requests on cluster-ip\/new@worker2: .* not new/,
  },
  {
    title: "unknown when requests are missing from the schedule: they are not filled in",
    history: () => {
      const run = wholeRun(claim);
      const kill = run.find((event) => event.kind === "pod-kill-sent")?.atMs ?? 0;
      return without(
        run,
        (e) =>
          e.kind === "answered" && e.from === "prober@worker2" && Math.abs(e.atMs - kill) < 500,
      );
    },
    why: /nothing was due on/,
  },
  {
    title: "unknown when a prober's clock was never compared",
    history: () =>
      without(wholeRun(claim), (e) => e.kind === "clock" && e.recorder === "prober@worker"),
    why: /clock of prober@worker was never compared/,
  },
  {
    title: "unknown when a Pod of another workload answers",
    history: () =>
      faring({ podUid: "uid-else" }, ({ graceful }) => ({
        fromMs: graceful,
        toMs: graceful + 500,
      })),
    why: /no Pod of the workload/,
  },
  {
    title: "unknown when answers came before they were asked for",
    history: () =>
      edited(wholeRun(claim), (event) =>
        event.kind === "answered" ? { ...event, tookMs: -50 } : event,
      ),
    why: /ended before they began/,
  },
  {
    title: "unknown when a fault came before the steady state",
    history: () =>
      inserted(
        wholeRun(claim),
        (event) => event.kind === "run-began",
        ({ atMs }) => ({ kind: "fault-began", atMs, from: "watch", fault: "sigkill-each" }),
      ),
    why: /changed before it was steady/,
  },
  {
    title: "unknown when all there is are twenty answers around a kill",
    history: () => history().service("10.96.0.9").answers(20).kill("pod-a").answers(20).end(),
    why: /never seen steady/,
  },
]);
