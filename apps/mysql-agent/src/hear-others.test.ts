import assert from "node:assert/strict";
import { test } from "node:test";
import { formatGtidSet, parseGtidSet } from "@svclab/mysql-group";
import type { Member } from "./decide/look.ts";
import { HeardFromOthers } from "./hear-others.ts";

const group = "99999999-9999-9999-9999-999999999999";
const server = "11111111-1111-1111-1111-111111111111";

const member = (changes: Partial<Member> & { readonly has?: string } = {}): Member => ({
  ...{ uuid: server, state: "ONLINE", role: "SECONDARY", incarnation: "one", majority: true },
  ...{ online: {}, received: new Map(), executed: parseGtidSet(changes.has ?? `${group}:1-9`) },
  ...changes,
});

const rows: readonly { title: string; said: readonly (Member | null)[]; heard: string }[] = [
  { title: "nobody answers", said: [null, null], heard: "" },
  {
    title: "two members: all that one of them has",
    said: [member({ has: `${group}:1-5` }), member({ has: `${group}:1-3:7` })],
    heard: `${group}:1-5:7`,
  },
  {
    title: "what a server has that is none of the group's",
    said: [member({ has: `${group}:1-5,${server}:1-4` })],
    heard: `${group}:1-5`,
  },
  { title: "a member of another group", said: [member({ incarnation: "other" })], heard: "" },
  { title: "a member that sees no majority", said: [member({ majority: false })], heard: "" },
  { title: "a member that is not in yet", said: [member({ state: "RECOVERING" })], heard: "" },
];

for (const { title, said, heard } of rows)
  test(title, () => {
    const others = new HeardFromOthers(group);
    others.executedBesides(member());
    for (const each of said) others.hear(each);
    assert.equal(formatGtidSet(others.executedBesides(member())), heard);
  });

test("what was heard of one group is not held against a member of the next", () => {
  const others = new HeardFromOthers(group);
  others.executedBesides(member());
  others.hear(member());
  assert.equal(others.executedBesides(member({ incarnation: "next" })).size, 0);
});
