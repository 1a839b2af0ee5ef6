import assert from "node:assert/strict";
import { test } from "node:test";
import { clusterLimits } from "./limits.ts";

test("patience multiplies every limit", () => {
  const usual = clusterLimits({});
  const twice = clusterLimits({ SVCLAB_PATIENCE: "2" });
  for (const [name, limitMs] of Object.entries(usual))
    assert.equal(twice[name as keyof typeof usual], 2 * limitMs);
});

for (const unfit of ["", "0", "-1", "much", "Infinity"])
  test(`patience of ${JSON.stringify(unfit)} is refused as a wrong call`, () =>
    assert.throws(() => clusterLimits({ SVCLAB_PATIENCE: unfit }), {
      code: "patience-unfit",
      exit: 2,
    }));
