import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { Report } from "@svclab/contracts";
import { checkoutDir, tryCommand } from "@svclab/kind";
import { claims } from "@svclab/stable-ip";
import { testCluster } from "./test-cluster.ts";

const checkout = checkoutDir();

/** Runs a command and reads the report that it says it wrote. */
async function proof(program: string, args: readonly string[]) {
  const { exitCode, stdout, stderr } = await tryCommand(program, args, {
    cwd: checkout,
    timeoutMs: 600_000,
  });
  const folder = /^report\S* +(runs\/\w+)\//m.exec(stdout)?.[1];
  assert.ok(folder !== undefined, `no report; exit code ${exitCode}\n${stderr}`);
  const json = await readFile(join(checkout, folder, "report.json"), "utf8");
  return { exitCode, stdout, report: Report.parse(JSON.parse(json)) };
}

function verify(...args: string[]) {
  return proof(join(checkout, "svclab"), ["verify", ...args, "--name", testCluster]);
}

/** What each claim came to, with the reason where it does not hold. */
function outcomes(report: Report): Record<string, string> {
  return Object.fromEntries(
    report.claims.map(({ id, verdict }) => [
      id,
      "why" in verdict ? `${verdict.outcome}: ${verdict.why}` : verdict.outcome,
    ]),
  );
}

test("the demo ends 0 with every claim holding and every URL answered", async () => {
  const { exitCode, stdout, report } = await proof("make", ["demo", `NAME=${testCluster}`]);
  const expected = Object.fromEntries(claims.map(({ id }) => [id, "holds"]));
  assert.deepEqual(outcomes(report), expected);
  assert.equal(exitCode, 0);
  for (const way of ["NodePort", "LoadBalancer", "Ingress", "HTTPRoute"])
    assert.match(stdout, new RegExp(`^${way} +http://\\S+ +answered 200$`, "m"));
});

test("a control run, which does nothing to the cluster, proves nothing", async () => {
  const { exitCode, report } = await verify("--control");
  for (const [id, outcome] of Object.entries(outcomes(report)))
    assert.match(outcome, /^unknown/, id);
  assert.equal(exitCode, 4);
});

for (const claim of claims)
  for (const violation of claim.violations)
    test(`${claim.id} is found broken by ${violation.name}`, async () => {
      const { exitCode, report } = await verify(claim.id, "--violation", violation.name);
      assert.match(outcomes(report)[claim.id] ?? "", /^broken/);
      assert.equal(exitCode, 1);
      const [judged] = report.claims;
      assert.ok(judged?.verdict.outcome === "broken" && judged.verdict.witness.length > 0);
    });
