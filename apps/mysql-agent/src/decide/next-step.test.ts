import assert from "node:assert/strict";
import { test } from "node:test";
import { type GroupRecord, noGroupYet } from "@svclab/contracts";
import { formatGtidSet, parseGtidSet } from "@svclab/mysql-group";
import type { Look, Member, Step } from "./look.ts";
import { nextStep } from "./next-step.ts";

const pods = ["mysql-0", "mysql-1", "mysql-2"];
const group = "99999999-9999-9999-9999-999999999999";
const foreign = "ffffffff-ffff-ffff-ffff-ffffffffffff";
const g = (numbers: string) => parseGtidSet(numbers === "" ? "" : `${group}:${numbers}`);

function member(at: number, over: Partial<Member> = {}): Member {
  return {
    uuid: `server-${at}`,
    state: "OFFLINE",
    role: null,
    incarnation: null,
    majority: false,
    online: {},
    executed: g("1-9"),
    received: g(""),
    ...over,
  };
}

function online(at: number, over: Partial<Member> = {}): Member {
  const there = { state: "ONLINE", role: "SECONDARY", incarnation: "17", majority: true } as const;
  return member(at, { ...there, online: { [`mysql-${at}`]: `server-${at}` }, ...over });
}

const primary = { role: "PRIMARY" } as const;

function stopped(at: number, executed = "1-9", received = "") {
  const [e, r] = [formatGtidSet(g(executed)), formatGtidSet(g(received))];
  return { [`mysql-${at}`]: { uuid: `server-${at}`, executed: e, received: r } };
}

/** A group of all three that has been begun once. */
const living: GroupRecord = {
  ...noGroupYet,
  epoch: 1,
  leader: "mysql-0",
  incarnation: "17",
  members: { "mysql-0": "server-0", "mysql-1": "server-1", "mysql-2": "server-2" },
};
const allStopped = { ...stopped(0), ...stopped(1), ...stopped(2) };
const decided = (leader: string, over: Partial<GroupRecord> = {}): GroupRecord => ({
  ...living,
  ...{ epoch: 2, leader, incarnation: null, stopped: allStopped },
  ...over,
});

interface Row {
  readonly title: string;
  /** Seen by mysql-0. */
  readonly own?: Member | null;
  readonly peers?: readonly [Member | null, Member | null];
  readonly record: GroupRecord | null;
  readonly cannotExecute?: string;
  readonly step: Step["do"];
  readonly says?: RegExp;
}

const rows: readonly Row[] = [
  {
    title: "its server does not answer",
    own: null,
    record: living,
    step: "wait",
    says: /does not answer/,
  },
  {
    title: "the record cannot be read, its server stands still",
    record: null,
    step: "wait",
    says: /record/,
  },
  {
    title: "the record cannot be read, its server serves: it goes on",
    own: online(0),
    record: null,
    step: "wait",
  },
  {
    title: "its server is being brought up to date",
    own: member(0, { state: "RECOVERING", incarnation: "17" }),
    record: living,
    step: "wait",
  },
  {
    title: "its server left with an error: it is stopped in order",
    own: member(0, { state: "ERROR" }),
    record: living,
    step: "stop",
  },

  {
    title: "in the recorded group: it serves",
    own: online(0),
    record: living,
    step: "wait",
    says: /serves/,
  },
  {
    title: "primary, all known: it serves",
    own: online(0, { ...primary, online: living.members }),
    record: living,
    step: "wait",
    says: /serves/,
  },
  {
    title: "primary, and a member is new in the group: it is written down",
    own: online(0, { ...primary, online: { ...living.members, "mysql-2": "new" } }),
    record: living,
    step: "write",
    says: /"mysql-2":"new"/,
  },
  {
    title: "primary without a majority writes nothing",
    own: online(0, { ...primary, majority: false, online: { "mysql-2": "new" } }),
    record: living,
    step: "wait",
  },
  {
    title: "in a group older than the one that was decided on: it stops",
    own: online(0, primary),
    record: { ...living, epoch: 2, incarnation: "99", leader: "mysql-1" },
    step: "stop",
    says: /another group/,
  },
  {
    title: "in a group, and another leader is decided on but has not begun: it stops",
    own: online(0, primary),
    record: decided("mysql-1"),
    step: "stop",
  },
  {
    title: "it began the group that was decided on: that is written down, and the promises end",
    own: online(0, { ...primary, incarnation: "42" }),
    record: decided("mysql-0"),
    step: "write",
    says: /"incarnation":"42".*"stopped":\{\}/,
  },
  {
    title: "the record was lost while the group lives: the primary writes it down",
    own: online(0, primary),
    record: noGroupYet,
    step: "write",
    says: /"epoch":1.*"incarnation":"17"/,
  },
  {
    title: "the record was lost while the group lives: the others leave that to the primary",
    own: online(0),
    record: noGroupYet,
    step: "wait",
  },

  {
    title: "blank, nobody has said anything yet",
    own: member(0, { executed: g("") }),
    record: noGroupYet,
    step: "promise",
  },
  {
    title: "it said so, the others did not yet: it waits and names them",
    record: { ...living, stopped: stopped(0) },
    step: "wait",
    says: /mysql-1, mysql-2/,
  },
  {
    title: "one does not come back: it waits, for ever if need be",
    peers: [member(1), null],
    record: { ...living, stopped: { ...stopped(0), ...stopped(1) } },
    step: "wait",
    says: /mysql-2/,
  },
  {
    title: "one does not come back, and a person gave the word",
    peers: [member(1), null],
    record: {
      ...living,
      order: { from: "mysql-0", epoch: 1 },
      stopped: { ...stopped(0), ...stopped(1) },
    },
    step: "write",
    says: /"epoch":2,"leader":"mysql-0"/,
  },
  {
    title: "the word was for another: it waits for that one",
    peers: [member(1), null],
    record: {
      ...living,
      order: { from: "mysql-1", epoch: 1 },
      stopped: { ...stopped(0), ...stopped(1) },
    },
    step: "wait",
    says: /mysql-1 is to lead/,
  },
  {
    title: "a person gave the word, but the group lives: it joins",
    peers: [online(1), null],
    record: { ...living, order: { from: "mysql-0", epoch: 1 } },
    step: "join",
  },
  {
    title: "all stand still with the same: the first leads",
    record: { ...living, stopped: allStopped },
    step: "write",
    says: /"epoch":2,"leader":"mysql-0","incarnation":null/,
  },
  {
    title: "all stand still and another is ahead: that one leads",
    record: { ...living, stopped: { ...allStopped, ...stopped(2, "1-10") } },
    step: "wait",
    says: /mysql-2 is to lead/,
  },
  {
    title: "all stand still, one came back blank: a person has to look",
    record: {
      ...living,
      stopped: { ...allStopped, "mysql-2": { uuid: "new", executed: "", received: "" } },
    },
    step: "blocked",
    says: /volume-lost.*mysql-2/,
  },
  {
    title: "it has more than it said: it says so anew",
    own: member(0, { executed: g("1-10") }),
    record: { ...living, stopped: allStopped },
    step: "promise",
  },
  {
    title: "what stands there was another server's: it says so anew",
    own: member(0, { uuid: "new" }),
    record: { ...living, stopped: allStopped },
    step: "promise",
  },
  {
    title: "it has received what it has not executed: that first",
    own: member(0, { received: g("1-11") }),
    record: living,
    step: "execute-received",
  },
  {
    title: "that failed: it says what it has all the same",
    own: member(0, { received: g("1-11") }),
    cannotExecute: "duplicate key",
    record: living,
    step: "promise",
  },
  {
    title: "it is the fullest and lacks something: it gets that",
    own: member(0, { executed: g("1-7:9-12") }),
    record: { ...living, stopped: { ...allStopped, ...stopped(0, "1-7:9-12") } },
    step: "fetch",
    says: /mysql-1.*:8"/,
  },

  { title: "it was decided on: it begins", record: decided("mysql-0"), step: "begin" },
  {
    title: "it was decided on, began, and fell before that was written: it begins again",
    own: member(0, { executed: g("1-12") }),
    record: decided("mysql-0"),
    step: "begin",
  },
  {
    title: "it was decided on and has lost what it promised: it does not begin",
    own: member(0, { executed: g("1-8") }),
    record: decided("mysql-0"),
    step: "blocked",
    says: /volume-lost.*mysql-0/,
  },
  {
    title: "it was decided on and is another server now: it does not begin, and says why",
    own: member(0, { uuid: "new" }),
    record: decided("mysql-0"),
    step: "blocked",
    says: /volume-lost.*mysql-0/,
  },
  {
    title: "another was decided on: it waits for that one",
    record: decided("mysql-1"),
    step: "wait",
    says: /mysql-1 is to begin/,
  },
  {
    title: "another was decided on and is seen ONLINE before it wrote that down: it waits",
    peers: [online(1, primary), null],
    record: decided("mysql-1"),
    step: "wait",
  },
  {
    title: "another was decided on and never begins, and a person gave the word",
    record: decided("mysql-1", { order: { from: "mysql-0", epoch: 2 } }),
    step: "write",
    says: /"epoch":3,"leader":"mysql-0"/,
  },

  {
    title: "the group lives: it joins",
    peers: [online(1, primary), online(2)],
    record: living,
    step: "join",
    says: /"clone":false/,
  },
  {
    title: "the group lives and only one of it is reached: it joins",
    peers: [null, online(2)],
    record: living,
    step: "join",
  },
  {
    title: "blank, and the group is young: it executes all",
    own: member(0, { executed: g("") }),
    peers: [online(1, primary), online(2)],
    record: living,
    step: "join",
    says: /"clone":false/,
  },
  {
    title: "blank, and the group is old: it copies",
    own: member(0, { executed: g("") }),
    peers: [online(1, { ...primary, executed: g("1-5000") }), null],
    record: living,
    step: "join",
    says: /"clone":true/,
  },
  {
    title: "the group lives and it has promised: it takes that back first",
    peers: [online(1, primary), null],
    record: { ...living, stopped: stopped(0) },
    step: "write",
    says: /"stopped":\{\}/,
  },
  {
    title: "one is seen in the group without a majority: that is no group to join",
    peers: [online(1, { majority: false }), null],
    record: { ...living, stopped: stopped(0) },
    step: "wait",
  },
  {
    title: "one is seen in a group that is not the recorded one: not to be joined",
    peers: [online(1, { incarnation: "3" }), null],
    record: { ...living, stopped: stopped(0) },
    step: "wait",
  },
  {
    title: "only one that is itself joining is reached: it waits",
    peers: [null, member(2, { state: "RECOVERING", incarnation: "17", majority: true })],
    record: living,
    step: "wait",
    says: /another member/,
  },
  {
    title: "it has transactions of its own: kept out, and they are named",
    own: member(0, { executed: parseGtidSet(`${group}:1-9,${foreign}:1-2`) }),
    peers: [online(1, primary), online(2)],
    record: living,
    step: "keep-out",
    says: new RegExp(`${foreign}:1-2`),
  },
  {
    title: "after an order it has what the new group lost: kept out, and it is named",
    own: member(0, { executed: g("1-12") }),
    peers: [online(1, primary), null],
    record: living,
    step: "keep-out",
    says: /:10-12/,
  },
];

for (const {
  title,
  own = member(0),
  peers = [member(1), member(2)],
  record,
  cannotExecute,
  step,
  says = /./,
} of rows)
  test(title, () => {
    const look: Look = {
      ...{ self: "mysql-0", pods, group, own, record, cannotExecute },
      peers: new Map([
        ["mysql-1", peers[0]],
        ["mysql-2", peers[1]],
      ]),
    };
    const next = nextStep(look);
    assert.equal(next.do, step, JSON.stringify(next));
    assert.match(JSON.stringify(next), says);
  });
