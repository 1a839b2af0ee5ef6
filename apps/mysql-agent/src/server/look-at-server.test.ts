import assert from "node:assert/strict";
import { test } from "node:test";
import type { Member } from "../decide/look.ts";
import { memberOf } from "./look-at-server.ts";

const peers = ".mysql-peers.svclab.svc.cluster.local";
const own = { uuid: "u0", executed: "", received: null, closed: 0, view: "1795:7" };

type Group = Parameters<typeof memberOf>[1];
const row = (at: number, state: Group[number]["state"], role = "SECONDARY"): Group[number] => ({
  id: `u${at}`,
  host: `mysql-${at}${peers}`,
  state,
  role,
});

const rows: readonly { title: string; group: Group; view?: string | null; is: Partial<Member> }[] =
  [
    {
      title: "in no group: the server shows itself OFFLINE and an empty view",
      group: [row(0, "OFFLINE", "")],
      view: "",
      is: { state: "OFFLINE", role: null, incarnation: null, majority: false, online: {} },
    },
    {
      title: "never in a group: the server shows nothing",
      group: [],
      view: null,
      is: { state: "OFFLINE", role: null, incarnation: null, majority: false },
    },
    {
      title: "primary of three",
      group: [row(0, "ONLINE", "PRIMARY"), row(1, "ONLINE"), row(2, "ONLINE")],
      is: {
        ...{ state: "ONLINE", role: "PRIMARY", incarnation: "1795", majority: true },
        online: { "mysql-0": "u0", "mysql-1": "u1", "mysql-2": "u2" },
      },
    },
    {
      title: "two of three are reached: a majority",
      group: [row(0, "ONLINE"), row(1, "ONLINE", "PRIMARY"), row(2, "UNREACHABLE")],
      is: { majority: true, online: { "mysql-0": "u0", "mysql-1": "u1" } },
    },
    {
      title: "one of three is reached: none",
      group: [row(0, "ONLINE", "PRIMARY"), row(1, "UNREACHABLE"), row(2, "UNREACHABLE")],
      is: { state: "ONLINE", role: "PRIMARY", majority: false },
    },
    {
      title: "one of two is reached: none",
      group: [row(0, "ONLINE", "PRIMARY"), row(1, "UNREACHABLE")],
      is: { majority: false },
    },
    {
      title: "alone in its group: a majority of itself",
      group: [row(0, "ONLINE", "PRIMARY")],
      is: { majority: true },
    },
    {
      title: "being brought up to date: in the group, not ONLINE",
      group: [row(0, "RECOVERING"), row(1, "ONLINE", "PRIMARY")],
      is: { state: "RECOVERING", incarnation: "1795", online: { "mysql-1": "u1" } },
    },
    {
      title: "thrown out: no majority and no group, whatever the last view was",
      group: [row(0, "ERROR")],
      is: { state: "ERROR", incarnation: null, majority: false },
    },
  ];

for (const { title, group, view = own.view, is } of rows)
  test(title, () => {
    const member = memberOf({ ...own, view }, group);
    for (const [name, value] of Object.entries(is))
      assert.deepEqual(member[name as keyof Member], value, name);
  });
