import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ToolError } from "@svclab/contracts";
import { history } from "./builder.ts";
import { formatEvent, parseHistory } from "./jsonl.ts";

const events = history().service("10.96.0.9").answers(2).end();
const lines = events.map(formatEvent);
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
      text: whole.replace('"format":1', '"format":2'),
      code: "history-format",
      found: /format 2/,
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
