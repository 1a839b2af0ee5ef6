import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Report, ToolError } from "@svclab/contracts";
import { type Claim, parseHistory, report, verify } from "@svclab/stable-ip";
import { chooseClaims } from "./choose-claims.ts";

/**
 * Judges a stored run again by its history alone: no cluster is asked, and any machine will do.
 * `run`: its folder, or its history.jsonl; `ids`: all that it was about where none is named.
 * @throws ToolError run-missing, claim-unknown, and what parseHistory throws
 */
export async function replay(run: string, ids: readonly string[]): Promise<Report> {
  const path = await historyOf(run);
  const history = parseHistory(await readFile(path, "utf8"), path);
  const [began] = history;
  const ofRun = began?.kind === "run-began" ? began.claims : [];
  const claims: readonly Claim[] = chooseClaims(ids.length > 0 ? ids : ofRun);
  return report(history, verify(history, claims), await partsBeside(path));
}

async function historyOf(run: string): Promise<string> {
  const found = await stat(run).catch(() => null);
  const path = found?.isDirectory() ? join(run, "history.jsonl") : run;
  if (found !== null && (await stat(path).catch(() => null))?.isFile()) return path;
  throw new ToolError({
    code: "run-missing",
    expected: "the folder of a run, or its history.jsonl",
    found: `${run}: ${found === null ? "nothing is there" : "no history.jsonl in it"}`,
    todo: "name one: ls runs",
  });
}

/** What the run's own report says was on the cluster; nothing is judged by it. */
async function partsBeside(path: string): Promise<Report["parts"]> {
  try {
    const text = await readFile(join(dirname(path), "report.json"), "utf8");
    // All else may differ in the report of another version.
    return Report.pick({ parts: true }).parse(JSON.parse(text)).parts;
  } catch {
    return {};
  }
}
