import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { checkoutDir } from "@svclab/kind";
import { outcomes, proof } from "./lab/proof.ts";
import { testCluster } from "./test-cluster.ts";

/** Ten faults, each with the time to be whole again. */
const quickMs = 15 * 60_000;
/** The other claims about the database are judged in the demo, over its three faults. */
const id = "no-acknowledged-write-lost";

test("each fault once, 20,000 notes: no acknowledged write is lost, and writes go on in time", async (context) => {
  const began = performance.now();
  const { exitCode, stdout, report } = await proof(
    [join(checkoutDir(), "svclab"), "verify", id, "--name", testCluster],
    {},
    quickMs,
  );
  context.diagnostic(`took ${((performance.now() - began) / 1000).toFixed(0)} s`);
  context.diagnostic(stdout);
  assert.deepEqual(outcomes(report), { [id]: "holds" });
  assert.equal(exitCode, 0);
});
