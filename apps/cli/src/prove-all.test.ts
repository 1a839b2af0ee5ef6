import assert from "node:assert/strict";
import { test } from "node:test";
import { claims, databaseClaims } from "@svclab/stable-ip";
import { runsOf } from "./prove-all.ts";

const all = [...claims, ...databaseClaims];

test("without a mistake each claim is in one of the three runs", () => {
  const { ofApi, long, ofDatabase } = runsOf(all, undefined);
  assert.deepEqual(new Set([...ofApi, ...long, ...ofDatabase]), new Set(all));
  assert.equal(ofApi.length + long.length + ofDatabase.length, all.length);
  assert.deepEqual(
    long.map(({ id }) => id),
    ["graceful-delete-loses-nothing"],
  );
});

test("a mistake is made in the run of its claim alone", () => {
  for (const claim of all)
    for (const violation of claim.violations) {
      const runs = Object.values(runsOf(all, violation)).filter((run) => run.length > 0);
      assert.equal(runs.length, 1, violation.name);
      assert.ok(runs[0]?.includes(claim), violation.name);
    }
});
