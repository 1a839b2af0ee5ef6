import { DatabaseHistory } from "../history/database-history.ts";
import { testRows } from "../history/rows.ts";
import { laggingReplicaLeavesTheReadService as claim } from "./lagging-replica-leaves-the-read-service.ts";

const members = ["mysql-0", "mysql-1", "mysql-2"] as const;
const stepMs = 50;
const askEveryMs = 250;
/** mysql-1 executes nothing from then on. */
const stuckFromMs = 1_000;
/** When it has lacked a note for more than 5 s: the first that it lacks comes at 1,010 ms. */
const behindFromMs = 6_050;

interface Way {
  /** When mysql-1 has executed all again. */
  readonly caughtUpMs: number;
  /** When mysql-read leads to it no more, and again; null: not. */
  readonly leavesMs: number | null;
  readonly backMs: number | null;
  /** Whom a read through mysql-read meets. */
  readonly met: (atMs: number, within: boolean) => string;
  /** Whether mysql-1 answers whoever asks it by its own name. */
  readonly answers: (atMs: number) => boolean;
  readonly endpointsAtFirst: readonly string[];
  readonly blindMs: number | null;
  readonly endsMs: number;
}
const orderly: Way = {
  ...{ caughtUpMs: 14_000, leavesMs: behindFromMs + 1_200, backMs: 15_000, endsMs: 18_000 },
  met: (atMs, within) => members[(atMs / askEveryMs) % (within ? 3 : 1)] ?? "",
  answers: () => true,
  endpointsAtFirst: members,
  blindMs: null,
};

const leadsTo = (names: readonly string[]) => ({
  ...{ kind: "endpoints-seen", service: "mysql-read" },
  endpoints: members.map((pod) => ({
    ...{ podUid: `uid of ${pod}`, ip: "10.0.0.1", node: "n1", terminating: false },
    ...{ ready: names.includes(pod), serving: names.includes(pod) },
  })),
});
const read = (at: string, pod: string, newest: number, answered = true) => ({
  ...{ kind: "member-read", path: `${at}@writer`, host: at, from: "writer", tookMs: 0 },
  ...(answered
    ? { serverUuid: `server of ${pod}`, newest: `${newest}`, why: null }
    : { serverUuid: null, newest: null, why: "ETIMEDOUT" }),
});

function run(ways: Partial<Way> = {}) {
  const way = { ...orderly, ...ways };
  const history = new DatabaseHistory(["replica-behind"]);
  const pods = members.map((name) => ({
    ...{ podUid: `uid of ${name}`, name, ip: "10.0.0.1", node: "n1", ready: true },
    ...{ terminating: false, containerId: null },
  }));
  const others = members.filter((pod) => pod !== "mysql-1");
  history.fact({ kind: "pods-seen", pods }).fact(leadsTo(way.endpointsAtFirst));
  history.fact({
    ...{ kind: "database-fault-began", fault: "replica-behind", pod: "mysql-1" },
    serverUuid: "server of mysql-1",
  });
  let written = 0;
  let executed = 0;
  let within = way.endpointsAtFirst.includes("mysql-1");
  for (let atMs = 0; atMs < way.endsMs; atMs += stepMs) {
    if (atMs === way.leavesMs) history.fact(leadsTo(others));
    if (atMs === way.backMs) history.fact(leadsTo(members));
    if (atMs === way.leavesMs || atMs === way.backMs) within = atMs === way.backMs;
    if (atMs === way.blindMs) history.fact({ kind: "blind", forMs: 300, why: "the watch ended" });
    if (atMs % askEveryMs !== 0) {
      history.wait(stepMs);
      continue;
    }
    history.note();
    written += 1;
    if (atMs < stuckFromMs || atMs >= way.caughtUpMs) executed = written;
    for (const pod of members) {
      const newest = pod === "mysql-1" ? executed : written;
      history.fact(read(pod, pod, newest, pod !== "mysql-1" || way.answers(atMs)));
    }
    history.fact(read("any-member", way.met(atMs, within), 1)).wait(stepMs - 10);
  }
  history.fact({ kind: "database-fault-ended", fault: "replica-behind" });
  return history.notesEnd().read().end();
}

testRows(claim, [
  { title: "holds when it leaves soon, and comes back soon", history: () => run() },
  {
    title: "holds when it leaves just in time",
    history: () => run({ leavesMs: behindFromMs + 2_450 }),
  },
  {
    title: "holds when it is back just in time",
    history: () => run({ backMs: 16_500 }),
  },
  {
    title: "holds when it leaves before it is too far behind",
    history: () => run({ leavesMs: behindFromMs - 1_000 }),
  },
  {
    title: "holds when it is back before it was seen to have caught up",
    history: () => run({ backMs: 13_950 }),
  },
  {
    title: "broken when it leaves too late",
    history: () => run({ leavesMs: behindFromMs + 2_550 }),
    why: /mysql-1 was 5000 ms behind, and mysql-read led to it/,
  },
  {
    title: "broken when it never leaves",
    history: () => run({ leavesMs: null, backMs: null }),
    why: /mysql-1 was 5000 ms behind, and mysql-read led to it/,
  },
  {
    title: "broken when it comes back while it is behind",
    history: () => run({ backMs: 11_000 }),
    why: /mysql-1 was 5000 ms behind, and mysql-read led to it/,
  },
  {
    title: "broken when reads still meet it",
    history: () => run({ met: (atMs) => (atMs === 10_000 ? "mysql-1" : "mysql-0") }),
    why: /a read through mysql-read met mysql-1/,
  },
  {
    title: "broken when it comes back too late",
    history: () => run({ backMs: 16_550 }),
    why: /mysql-1 had caught up, and mysql-read did not lead to it for/,
  },
  {
    title: "broken when it does not come back",
    history: () => run({ backMs: null }),
    why: /mysql-1 had caught up, and mysql-read did not lead to it for/,
  },
  {
    title: "unknown when it was never far enough behind",
    history: () => run({ caughtUpMs: 5_000, leavesMs: null, backMs: null }),
    why: /mysql-1 was not behind for long enough/,
  },
  {
    title: "unknown when it caught up just when it had to leave",
    history: () => run({ caughtUpMs: 8_000, leavesMs: null, backMs: null }),
    why: /mysql-1 was not behind for long enough/,
  },
  {
    title: "unknown when mysql-read did not lead to it before",
    history: () => run({ endpointsAtFirst: ["mysql-0", "mysql-2"], leavesMs: null }),
    why: /mysql-read did not lead to mysql-1 before/,
  },
  {
    title: "unknown when nobody asked it for more than a second before it had caught up",
    history: () => run({ answers: (atMs) => atMs < 12_900 || atMs >= 14_000 }),
    why: /mysql-1 was not asked for 1250 ms/,
  },
  {
    title: "unknown when it was not seen to catch up",
    history: () => run({ caughtUpMs: 19_000, backMs: null }),
    why: /mysql-1 was not seen to catch up/,
  },
  {
    title: "unknown when too little time was left to come back",
    history: () => run({ backMs: null, endsMs: 16_000 }),
    why: /mysql-read was not seen to lead to mysql-1 again/,
  },
  {
    title: "unknown when the watch was blind meanwhile",
    history: () => run({ leavesMs: null, blindMs: 9_000 }),
    why: /watch saw nothing for 300 ms/,
  },
  {
    title: "unknown when nobody was made to lag",
    history: () => new DatabaseHistory().notes(20).end(),
    why: /no replica was held back/,
  },
]);
