import assert from "node:assert/strict";
import { test } from "node:test";
import type { Known } from "./agent.ts";
import type { Member } from "./decide/look.ts";
import { limits } from "./limits.ts";
import { unreadyFor } from "./unready-for.ts";

const online: Member = {
  ...{ uuid: "u0", state: "ONLINE", role: "SECONDARY", incarnation: "17", majority: true },
  ...{ online: {}, executed: new Map(), received: new Map() },
};
const known = (over: Partial<Member>, lagMs = 0): Known => ({
  member: { ...online, ...over },
  atMs: 0,
  lagMs,
});

const rows: readonly [string, Known | null, string | null, RegExp | null][] = [
  ["ONLINE, with a majority, in the recorded group", known({}), "17", null],
  ["at the limit of its lag", known({}, limits.lagMs), "17", null],
  ["behind for longer", known({}, limits.lagMs + 1), "17", /5001 ms behind/],
  ["its server does not answer", null, "17", /does not answer/],
  ["being brought up to date", known({ state: "RECOVERING" }), "17", /RECOVERING/],
  ["in no group", known({ state: "OFFLINE" }), "17", /OFFLINE/],
  ["without a majority", known({ majority: false }), "17", /no majority/],
  ["in a group that is not the recorded one", known({}), "99", /not the recorded/],
  ["the record has not been read yet", known({}), null, /not been read/],
];

for (const [title, member, incarnation, says] of rows)
  test(`${title}: ${says === null ? "ready" : "not ready"}`, () => {
    const why = unreadyFor(member, incarnation);
    if (says === null) assert.equal(why, null);
    else assert.match(why ?? "", says);
  });
