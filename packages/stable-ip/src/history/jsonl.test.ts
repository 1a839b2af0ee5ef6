import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ToolError } from "@svclab/contracts";
import { history } from "./builder.ts";
import { HistoryLines, parseHistory } from "./jsonl.ts";

const events = history().service("10.96.0.9").answers(2).end();
const written = new HistoryLines();
const lines = events.map((event) => written.next(event));
const whole = lines.join("");

describe("a history as JSONL", () => {
  it("comes back as it was written, one event a line", () => {
    assert.equal(whole.split("\n").length, events.length + 1);
    assert.deepEqual(parseHistory(whole, "x"), events);
  });

  it("does not mind a last line without its line feed", () => {
    assert.equal(parseHistory(whole.trimEnd(), "x").length, events.length);
  });

  const rows = [
    { title: "nothing at all", text: "", code: "history-empty", found: /no line/ },
    {
      title: "a last line that is cut off",
      text: whole.slice(0, -20),
      code: "history-line-cut",
      found: /^…/,
      line: events.length,
    },
    {
      title: "an empty line in the middle",
      text: `${lines[0]}\n${lines[1]}`,
      code: "history-line-cut",
      found: /an empty line/,
      line: 2,
    },
    {
      title: "a line that is no event",
      text: `${lines[0]}{"kind":"answered","atMs":1,"from":"x"}\n`,
      code: "history-line-bad",
      found: /path/,
      line: 2,
    },
    {
      title: "an event of an unknown kind",
      text: `${lines[0]}{"kind":"guessed","atMs":1,"from":"x"}\n`,
      code: "history-line-bad",
      found: /kind/,
      line: 2,
    },
    {
      title: "another format",
      text: whole.replace('"format":2', '"format":1'),
      code: "history-format",
      found: /format 1/,
      line: 1,
    },
    {
      title: "a history without its head",
      text: lines.slice(1).join(""),
      code: "history-format",
      found: /kind clock/,
      line: 1,
    },
    {
      title: "a value that was edited",
      text: whole.replace("10.96.0.9", "10.96.0.8"),
      code: "history-changed",
      found: /10\.96\.0\.8/,
      line: lines.findIndex((line) => line.includes("10.96.0.9")) + 1,
    },
    {
      title: "a line that was taken out",
      text: lines.toSpliced(2, 1).join(""),
      code: "history-changed",
      found: /^…/,
      line: 3,
    },
    {
      title: "two lines in another order",
      text: lines.toSpliced(2, 2, lines[3] ?? "", lines[2] ?? "").join(""),
      code: "history-changed",
      found: /^…/,
      line: 3,
    },
    {
      title: "a line without its sum",
      text: `${lines[0]}${JSON.stringify(events[1])}\n`,
      code: "history-changed",
      found: /^…/,
      line: 2,
    },
    {
      title: "two runs in one file",
      text: whole + whole,
      code: "history-joined",
      found: /run-began/,
      line: events.length + 1,
    },
    {
      title: "a line that is null",
      text: "null\n",
      code: "history-format",
      found: /kind/,
      line: 1,
    },
  ];
  for (const { title, text, code, found, line } of rows) {
    it(`refuses ${title}`, () => {
      assert.throws(
        () => parseHistory(text, "run.jsonl"),
        (error: unknown) => {
          assert.ok(error instanceof ToolError);
          assert.equal(error.code, code);
          assert.match(error.found, found);
          if (line !== undefined) assert.match(error.expected, new RegExp(`line ${line},`));
          return true;
        },
      );
    });
  }
});
