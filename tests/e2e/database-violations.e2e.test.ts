import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { checkoutDir } from "@svclab/kind";
import { databaseClaims } from "@svclab/stable-ip";
import { outcomes, proof } from "./lab/proof.ts";
import { testCluster } from "./test-cluster.ts";

const ids = databaseClaims.map(({ id }) => id);

function verify(...args: string[]) {
  const argv = [join(checkoutDir(), "svclab"), "verify", ...args, "--name", testCluster];
  return proof(argv);
}

test("a control run, which does nothing to the database, proves nothing", async () => {
  const { exitCode, report } = await verify(...ids, "--control");
  for (const [id, outcome] of Object.entries(outcomes(report)))
    assert.match(outcome, /^unknown/, id);
  assert.equal(exitCode, 4);
});

for (const claim of databaseClaims)
  for (const violation of claim.violations)
    test(`${claim.id} is found broken by ${violation.name}`, async () => {
      const { exitCode, report } = await verify(claim.id, "--violation", violation.name);
      assert.match(outcomes(report)[claim.id] ?? "", /^broken/);
      assert.equal(exitCode, 1);
      const [judged] = report.claims;
      assert.ok(judged?.verdict.outcome === "broken" && judged.verdict.witness.length > 0);
    });
