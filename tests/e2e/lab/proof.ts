import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Report } from "@svclab/contracts";
import { checkoutDir, tryCommand } from "@svclab/kind";

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
