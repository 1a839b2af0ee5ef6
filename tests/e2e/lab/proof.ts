import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Report } from "@svclab/contracts";
import { checkoutDir, tryCommand } from "@svclab/kind";
import { testCluster } from "../test-cluster.ts";

/** Runs a command and reads the reports that it says it wrote; `report` is the first. */
export async function proof(
  argv: readonly string[],
  env: Record<string, string> = {},
  timeoutMs = 600_000,
) {
  const [program = "", ...args] = argv;
  const cwd = checkoutDir();
  const limit = { cwd, env, timeoutMs };
  const { exitCode, stdout, stderr } = await tryCommand(program, args, limit);
  const folders = [...stdout.matchAll(/^report\S* +(runs\/\w+)\//gm)].map(
    ([, folder = ""]) => folder,
  );
  const reports = await Promise.all(
    folders.map(async (folder) =>
      Report.parse(JSON.parse(await readFile(join(cwd, folder, "report.json"), "utf8"))),
    ),
  );
  const [report] = reports;
  assert.ok(report !== undefined, `no report; exit code ${exitCode}\n${stderr}`);
  return { exitCode, stdout, stderr, report, reports, folders };
}

/** What each claim came to, with the reason where it does not hold. */
export function outcomes(report: Report): Record<string, string> {
  return Object.fromEntries(
    report.claims.map(({ id, verdict }) => [
      id,
      "why" in verdict ? `${verdict.outcome}: ${verdict.why}` : verdict.outcome,
    ]),
  );
}

export function verify(...args: readonly string[]) {
  return proof([join(checkoutDir(), "svclab"), "verify", ...args, "--name", testCluster]);
}

/** Mistakes whose run takes about a minute, or whose load does and is made for another claim too. */
export const takesLong: ReadonlySet<string> = new Set([
  ...["short-grace", "no-pre-stop", "affinity-none", "ingress-backends-swapped"],
  ...["kept-connections-anew", "internal-policy-local"],
]);

/** A control run on the test cluster, by which nothing may count as proved. */
export async function assertNothingProved(ids: readonly string[]): Promise<void> {
  const { exitCode, report } = await verify(...ids, "--control");
  for (const [id, outcome] of Object.entries(outcomes(report)))
    assert.match(outcome, /^unknown/, id);
  assert.equal(exitCode, 4);
}

/** Makes a mistake on the test cluster, which must turn its claim broken, with what proves it. */
export async function assertBrokenBy(id: string, violation: string): Promise<void> {
  const { exitCode, report } = await verify(id, "--violation", violation);
  assert.match(outcomes(report)[id] ?? "", /^broken/);
  assert.equal(exitCode, 1);
  const [judged] = report.claims;
  assert.ok(judged?.verdict.outcome === "broken" && judged.verdict.witness.length > 0);
}
