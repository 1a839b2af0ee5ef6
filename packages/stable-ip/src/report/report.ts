import type { Judged, Report } from "@svclab/contracts";
import type { History } from "../claim.ts";
import { timeline } from "../history/timeline.ts";
import { overall } from "../verify/outcome.ts";
import { type ExplainedLosses, explainLosses } from "../verify/why-lost.ts";

/** A path that leads nowhere loses every request, and the history has them all. */
const listedLosses = 100;

/**
 * Everything that is told of a run. `parts`: versions, as they were recorded when it ran.
 * @throws ToolError history-format, where the first event is not run-began.
 */
export function report(
  history: History,
  judged: readonly Judged[],
  parts: Readonly<Record<string, string>>,
): Report {
  const line = timeline(history);
  const { began } = line;
  const events: Record<string, number> = {};
  for (const { kind } of history) events[kind] = (events[kind] ?? 0) + 1;
  return {
    format: 1,
    run: began.run,
    commit: began.commit,
    beganMs: began.atMs,
    // A run that was cut off ended, as far as anyone knows, with the last thing it wrote.
    endedMs: history.at(-1)?.atMs ?? began.atMs,
    outcome: overall(judged),
    control: began.control,
    violation: began.violation,
    claims: [...judged],
    losses: told(explainLosses(line)),
    falseAlarmShare: judged
      .filter(({ verdict }) => verdict.outcome !== "skipped")
      .reduce((sum, { falseAlarmShare = 0 }) => sum + falseAlarmShare, 0),
    events,
    parts: { ...parts },
  };
}

function told({ requests, lost }: ExplainedLosses): Report["losses"] {
  const causes: Report["losses"]["causes"] = {};
  for (const { cause } of lost) if (cause !== null) causes[cause] = (causes[cause] ?? 0) + 1;
  const rest = lost.flatMap(({ cause, request }) => (cause === null ? [request.event] : []));
  const unexplained = { unexplained: rest.length, unexplainedFirst: rest.slice(0, listedLosses) };
  return { requests, lost: lost.length, causes, ...unexplained };
}

/** The report as JSON text; the schema is Report of @svclab/contracts. */
export function toJson(told: Report): string {
  return `${JSON.stringify(told, null, 2)}\n`;
}
