import assert from "node:assert/strict";
import { test } from "node:test";
import { type GroupRecord, noGroupYet } from "@svclab/contracts";
import { type Ballot, judgeBallot } from "./judge-ballot.ts";

const pods = ["mysql-0", "mysql-1", "mysql-2"];
const group = "99999999-9999-9999-9999-999999999999";
const foreign = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/** "1-9" is the group's, "f:1" a server's own; "1-5/1-9" has executed 1-5 and received 1-9. */
type Written = string | null;

function record(
  written: readonly Written[],
  members: readonly (string | null)[] = [],
): GroupRecord {
  const stopped = Object.fromEntries(
    written.flatMap((each, at) => {
      if (each === null) return [];
      const [executed = "", received = ""] = each.split("/").map(gtids);
      return [[`mysql-${at}`, { uuid: `server-${at}`, executed, received }]];
    }),
  );
  return {
    ...noGroupYet,
    members: Object.fromEntries(
      members.flatMap((uuid, at) => (uuid === null ? [] : [[`mysql-${at}`, uuid]])),
    ),
    stopped,
  };
}

function gtids(short: string): string {
  const parts = short.split(" ").filter((part) => part !== "");
  return parts
    .map((p) => (p.startsWith("f:") ? `${foreign}:${p.slice(2)}` : `${group}:${p}`))
    .join();
}

const wasThere = ["server-0", "server-1", "server-2"];

const rows: readonly {
  title: string;
  written: readonly Written[];
  members?: readonly (string | null)[];
  order?: GroupRecord["order"];
  epoch?: number;
  expected: Partial<Ballot>;
}[] = [
  {
    title: "all blank and no group so far: the first leads",
    written: ["", "", ""],
    expected: { outcome: "leads", pod: "mysql-0", forced: false },
  },
  {
    title: "all have the same: the first leads",
    written: ["1-9", "1-9", "1-9"],
    members: wasThere,
    expected: { outcome: "leads", pod: "mysql-0" },
  },
  {
    title: "one is ahead: it leads",
    written: ["1-9", "1-9", "1-10"],
    members: wasThere,
    expected: { outcome: "leads", pod: "mysql-2" },
  },
  {
    title: "what was received counts: the one that has executed it all leads",
    written: ["1-7/1-9", "1-8", "1-9"],
    members: wasThere,
    expected: { outcome: "leads", pod: "mysql-2" },
  },
  {
    title: "one has not said that it is stopped: nobody leads",
    written: ["1-9", null, "1-9"],
    members: wasThere,
    expected: { outcome: "incomplete", missing: ["mysql-1"] },
  },
  {
    title: "two have not: nobody leads, however much the third has",
    written: [null, null, "1-100"],
    members: wasThere,
    expected: { outcome: "incomplete", missing: ["mysql-0", "mysql-1"] },
  },
  {
    title: "one is blank that was never in the group: the others need not wait for it",
    written: ["", "1-9", "1-8"],
    members: [null, "server-1", "server-2"],
    expected: { outcome: "leads", pod: "mysql-1" },
  },
  {
    title: "one comes back blank that was in the group: it may have had what nobody else has",
    written: ["", "1-9", "1-9"],
    members: ["another-server", "server-1", "server-2"],
    expected: { outcome: "blocked", code: "volume-lost", pods: ["mysql-0"] },
  },
  {
    title: "a group is recorded and all are blank: that is no new beginning",
    written: ["", "", ""],
    members: ["old-0", "old-1", "old-2"],
    expected: { outcome: "blocked", code: "volume-lost", pods },
  },
  {
    title: "one has another server and the data all the same, after a clone nobody wrote down",
    written: ["1-9", "1-9", "1-9"],
    members: ["old-0", "server-1", "server-2"],
    expected: { outcome: "leads", pod: "mysql-0" },
  },
  {
    title: "each of two lacks what the other has: the fuller one fetches it first",
    written: ["1-97 99-100", "1-99", "1-90"],
    members: wasThere,
    expected: { outcome: "fetch", pod: "mysql-0", from: ["mysql-1"], lacks: gtids("98") },
  },
  {
    title: "what is lacking stands with two others: it is fetched from both",
    written: ["1-7 9-20", "1-10", "1-6 21"],
    members: wasThere,
    expected: { outcome: "fetch", pod: "mysql-0", from: ["mysql-1", "mysql-2"] },
  },
  {
    title: "what is lacking was received by one that cannot execute it: nobody leads",
    written: ["1-9", "1-8/1-10", "1-9"],
    members: wasThere,
    expected: { outcome: "blocked", code: "not-executed", pods: ["mysql-1"] },
  },
  {
    title: "one has transactions of its own: it is kept out and named, another leads",
    written: ["1-9 f:1-2", "1-9", "1-9"],
    members: wasThere,
    expected: {
      outcome: "leads",
      pod: "mysql-1",
      strangers: [{ pod: "mysql-0", transactions: gtids("f:1-2") }],
    },
  },
  {
    title: "one has transactions of its own, and the group's last one alone: nobody leads",
    written: ["1-10 f:1", "1-9", "1-9"],
    members: wasThere,
    expected: { outcome: "blocked", code: "only-on-strangers", pods: ["mysql-0"] },
  },
  {
    title: "all have transactions of their own that no other has: nobody leads",
    written: ["1-9 f:1", "1-9 f:2", "1-9 f:3"],
    members: wasThere,
    expected: { outcome: "blocked", code: "only-on-strangers", pods },
  },
  {
    title: "foreign transactions that all have are the group's by now",
    written: ["1-9 f:1", "1-9 f:1", "1-9 f:1"],
    members: wasThere,
    expected: { outcome: "leads", pod: "mysql-0", strangers: [] },
  },
  {
    title: "by order: one may lead while another never returns",
    written: ["1-9", null, "1-8"],
    members: wasThere,
    order: { from: "mysql-2", epoch: 0 },
    expected: { outcome: "leads", pod: "mysql-2", forced: true },
  },
  {
    title: "an order for an epoch that has passed is no order",
    written: ["1-9", null, "1-8"],
    members: wasThere,
    epoch: 4,
    order: { from: "mysql-2", epoch: 3 },
    expected: { outcome: "incomplete", missing: ["mysql-1"] },
  },
  {
    title: "an order for one that has not said that it is stopped must wait for that",
    written: ["1-9", null, "1-8"],
    members: wasThere,
    order: { from: "mysql-1", epoch: 0 },
    expected: { outcome: "incomplete", missing: ["mysql-1"] },
  },
];

for (const { title, written, members = [], order = null, epoch = 0, expected } of rows)
  test(title, () => {
    const ballot = judgeBallot({ ...record(written, members), order, epoch }, pods, group);
    for (const [name, value] of Object.entries(expected))
      assert.deepEqual(ballot[name as keyof Ballot], value, name);
  });
