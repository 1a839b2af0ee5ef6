import { DatabaseHistory } from "../history/database-history.ts";
import { testRows } from "../history/rows.ts";
import { oneReplicaCanBeAddressed as claim } from "./one-replica-can-be-addressed.ts";

const members = ["mysql-0", "mysql-1", "mysql-2"] as const;
const podsOf = (generation: number) =>
  members.map((name) => ({
    ...{ podUid: `${name} ${generation}`, name, ip: "10.0.0.1", node: "n1", ready: true },
    ...{ terminating: false, containerId: null },
  }));
const seen = (pod: string, serverUuid = `server of ${pod}`) => ({
  ...{ kind: "member-seen", pod, role: "SECONDARY", state: "ONLINE", serverUuid },
});
const read = (at: string, serverUuid: string | null) => ({
  ...{ kind: "member-read", path: `${at}@writer`, host: at, serverUuid, newest: "1" },
  ...{ why: serverUuid === null ? "ETIMEDOUT" : null, tookMs: 5 },
});

interface Asked {
  /** Who answers at each name; by default the one that was asked for. */
  readonly who?: (pod: string, turn: number) => string | null;
  readonly through?: (turn: number) => string;
  readonly turns?: number;
  readonly replaced?: boolean;
}

function run({ who, through, turns = 20, replaced = true }: Asked = {}) {
  const history = new DatabaseHistory().fact({ kind: "pods-seen", pods: podsOf(1) });
  for (const pod of members) history.fact(seen(pod));
  for (let turn = 0; turn < turns; turn++) {
    history.wait(500);
    if (replaced && turn === 10) history.fact({ kind: "pods-seen", pods: podsOf(2) });
    for (const pod of members) {
      const answered = who === undefined ? pod : who(pod, turn);
      history.fact(read(pod, answered === null ? null : `server of ${answered}`));
    }
    const any = through?.(turn) ?? members[turn % 3];
    history.fact(read("any-member", `server of ${any}`));
  }
  return history.end();
}

testRows(claim, [
  { title: "holds when each name leads to its own Pod", history: () => run() },
  {
    title: "holds when a member does not answer for a while",
    history: () => run({ turns: 30, who: (pod, turn) => (turn > 12 && turn < 18 ? null : pod) }),
  },
  {
    title: "holds when a Pod that lost its volume comes back as another server",
    history: () => {
      const history = new DatabaseHistory().fact({ kind: "pods-seen", pods: podsOf(1) });
      for (const pod of members) history.fact(seen(pod));
      history.fact(seen("mysql-1", "a new server")).fact({ kind: "pods-seen", pods: podsOf(2) });
      for (let turn = 0; turn < 20; turn++) {
        for (const pod of members)
          history.fact(read(pod, pod === "mysql-1" ? "a new server" : `server of ${pod}`));
        history.fact(
          read("any-member", turn % 2 ? "a new server" : `server of ${members[turn % 3]}`),
        );
      }
      return history.end();
    },
  },
  {
    title: "broken when a name leads once to another Pod",
    history: () =>
      run({ who: (pod, turn) => (pod === "mysql-0" && turn === 15 ? "mysql-2" : pod) }),
    why: /^mysql-0 was asked for and mysql-2 answered/,
  },
  {
    title: "broken when names lead to any Pod",
    history: () => run({ who: (_pod, turn) => members[turn % 3] ?? null }),
    why: /was asked for and/,
  },
  {
    title: "unknown when a server answers that belongs to no Pod",
    history: () => run({ who: (pod, turn) => (turn === 5 ? "nobody" : pod) }),
    why: /servers of no known Pod/,
  },
  {
    title: "unknown when a name answered too seldom",
    history: () => run({ turns: 19 }),
    why: /mysql-0 answered 19 times; 20 are needed/,
  },
  {
    title: "unknown when the Service over all never led to one of them",
    history: () => run({ through: (turn) => members[turn % 2] ?? "" }),
    why: /mysql-read never led to mysql-2/,
  },
  {
    title: "unknown when no Pod was replaced",
    history: () => run({ replaced: false }),
    why: /no Pod was replaced/,
  },
]);
