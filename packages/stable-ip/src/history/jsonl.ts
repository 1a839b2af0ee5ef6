import { createHash } from "node:crypto";
import { Event, historyFormat, ToolError } from "@svclab/contracts";
import type { History } from "../claim.ts";

/**
 * Events as lines of one file, in the order of the calls. Each line ends with a sum of itself and of
 * all lines before it, so a line that was edited, taken out, moved or put in is found. Who makes the
 * sums anew is not: they are no signature.
 */
export class HistoryLines {
  #sum = "";

  /** One event as one line, its line feed included. */
  next(event: Event): string {
    const text = JSON.stringify(event);
    this.#sum = sumOf(this.#sum, text);
    return `${text.slice(0, -1)}${sumTail(this.#sum)}\n`;
  }
}

function sumOf(before: string, text: string): string {
  return createHash("sha256").update(before).update(text).digest("hex").slice(0, 16);
}

const sumTail = (sum: string) => `,"sum":"${sum}"}`;
const tailLength = sumTail("0123456789abcdef").length;

/**
 * A history from its JSONL text. `name` is told in errors, for example the file's path.
 * @throws ToolError history-empty, history-line-cut, history-line-bad, history-format,
 * history-joined, history-changed; each but the first with the line's number.
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
  let sum = "";
  return lines.map((line, at) => {
    const where = `${name}, line ${at + 1}`;
    const event = parseLine(line, where, at === 0);
    const plain = `${line.slice(0, -tailLength)}}`;
    sum = sumOf(sum, plain);
    if (line.slice(-tailLength) !== sumTail(sum)) throw changed(line, where);
    return event;
  });
}

function parseLine(line: string, where: string, first: boolean): Event {
  const value = parseJson(line, where);
  if (first) refuseOtherFormat(value, where);
  const event = Event.safeParse(value);
  if (!event.success) {
    const issue = event.error.issues[0];
    throw new ToolError({
      code: "history-line-bad",
      expected: `${where}, to be an event`,
      found: `${issue?.path.join(".") || "the line"}: ${issue?.message ?? "does not fit"}`,
      todo: "Take the history as the run wrote it; a changed one proves nothing.",
      cause: event.error,
    });
  }
  if (!first && event.data.kind === "run-began") {
    throw new ToolError({
      code: "history-joined",
      expected: `${where}, to be of the run that the first line began`,
      found: `run-began of ${event.data.run}`,
      todo: "Judge each run from a file of its own.",
    });
  }
  return event.data;
}

function changed(line: string, where: string): ToolError {
  return new ToolError({
    code: "history-changed",
    expected: `${where}, to be as the run wrote it, after the lines that were before it`,
    found: `…${line.slice(-80)}`,
    todo: "Take the history as the run wrote it; a changed one proves nothing.",
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
  if (kind === "run-began" && format === historyFormat) return;
  throw new ToolError({
    code: "history-format",
    expected: `${where}, to be run-began of format ${historyFormat}`,
    found: kind === "run-began" ? `format ${String(format)}` : `kind ${String(kind)}`,
    todo: "Judge it with the version of svclab that wrote it, or run it again.",
  });
}
