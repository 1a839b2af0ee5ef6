import { Event, ToolError } from "@svclab/contracts";
import type { History } from "../claim.ts";

/** One event as one line, its line feed included. */
export function formatEvent(event: Event): string {
  return `${JSON.stringify(event)}\n`;
}

/**
 * A history from its JSONL text. `name` is told in errors, for example the file's path.
 * @throws ToolError history-empty, history-line-cut, history-line-bad, history-format; each but
 * the first with the line's number.
 */
export function parseHistory(text: string, name: string): History {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  if (lines.length === 0) {
    throw new ToolError({
      code: "history-empty",
      expected: `${name} to hold one event a line, run-began first`,
      found: "no line at all",
      todo: "Give the history.jsonl of a run that was begun.",
    });
  }
  return lines.map((line, at) => parseLine(line, `${name}, line ${at + 1}`, at === 0));
}

function parseLine(line: string, where: string, first: boolean): Event {
  const value = parseJson(line, where);
  if (first) refuseOtherFormat(value, where);
  const event = Event.safeParse(value);
  if (event.success) return event.data;
  const issue = event.error.issues[0];
  throw new ToolError({
    code: "history-line-bad",
    expected: `${where}, to be an event`,
    found: `${issue?.path.join(".") || "the line"}: ${issue?.message ?? "does not fit"}`,
    todo: "Take the history as the run wrote it; a changed one proves nothing.",
    cause: event.error,
  });
}

function parseJson(line: string, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new ToolError({
      code: "history-line-cut",
      expected: `${where}, to be a whole JSON value`,
      found: line === "" ? "an empty line" : `…${line.slice(-40)}`,
      todo: "The run was stopped while it wrote, or the file was cut. Run it again.",
      cause,
    });
  }
}

function refuseOtherFormat(value: unknown, where: string): void {
  const { kind, format } = (value ?? {}) as { kind?: unknown; format?: unknown };
  if (kind === "run-began" && format === 1) return;
  throw new ToolError({
    code: "history-format",
    expected: `${where}, to be run-began of format 1`,
    found: kind === "run-began" ? `format ${String(format)}` : `kind ${String(kind)}`,
    todo: "Judge it with the version of svclab that wrote it, or run it again.",
  });
}
