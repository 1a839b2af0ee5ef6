import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Report } from "@svclab/contracts";
import { checkoutDir, tryCommand } from "@svclab/kind";

/** Runs a command and reads the report that it says it wrote. */
export async function proof(argv: readonly string[], env: Record<string, string> = {}) {
  const [program = "", ...args] = argv;
  const cwd = checkoutDir();
  const limit = { cwd, env, timeoutMs: 600_000 };
  const { exitCode, stdout, stderr } = await tryCommand(program, args, limit);
  const folder = /^report\S* +(runs\/\w+)\//m.exec(stdout)?.[1];
  assert.ok(folder !== undefined, `no report; exit code ${exitCode}\n${stderr}`);
  const json = await readFile(join(cwd, folder, "report.json"), "utf8");
  return { exitCode, stdout, report: Report.parse(JSON.parse(json)) };
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
