import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { checkoutDir } from "@svclab/kind";
import { databaseClaims } from "@svclab/stable-ip";
import { outcomes, proof } from "./lab/proof.ts";
import { testCluster } from "./test-cluster.ts";

/** Nine faults, each with the time to be whole again. */
const quickMs = 15 * 60_000;
const ids = databaseClaims.map(({ id }) => id);

test("each fault once: every claim about the database holds", async (context) => {
  const began = performance.now();
  const { exitCode, stdout, report } = await proof(
    [join(checkoutDir(), "svclab"), "verify", ...ids, "--name", testCluster],
    {},
    quickMs,
  );
  context.diagnostic(`took ${((performance.now() - began) / 1000).toFixed(0)} s`);
  context.diagnostic(stdout);
  assert.deepEqual(outcomes(report), Object.fromEntries(ids.map((id) => [id, "holds"])));
  assert.equal(exitCode, 0);
});
