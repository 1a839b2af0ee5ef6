import assert from "node:assert/strict";
import { test } from "node:test";
import { claims, databaseClaims } from "@svclab/stable-ip";
import { halves } from "./prove-all.ts";

const all = [...claims, ...databaseClaims];

test("without a mistake each claim is in one of the two runs", () => {
  const { ofApi, ofDatabase } = halves(all, undefined);
  assert.deepEqual([...ofApi, ...ofDatabase], all);
});

for (const [half, own] of [
  ["api", claims],
  ["database", databaseClaims],
] as const)
  test(`a mistake of the ${half} is made in its run alone`, () => {
    for (const violation of own.flatMap(({ violations }) => violations)) {
      const { ofApi, ofDatabase } = halves(all, violation);
      assert.deepEqual([...ofApi, ...ofDatabase], [...own], violation.name);
    }
  });
