import assert from "node:assert/strict";
import { test } from "node:test";
import { outcomes, verify } from "./lab/proof.ts";

const id = "graceful-delete-loses-nothing";

test("twenty Pods are deleted under 60,000 requests, and none is lost", async (context) => {
  const { exitCode, report } = await verify(id);
  const [judged] = report.claims;
  context.diagnostic(JSON.stringify(judged?.verdict));
  assert.deepEqual(outcomes(report), { [id]: "holds" });
  assert.equal(exitCode, 0);
});
