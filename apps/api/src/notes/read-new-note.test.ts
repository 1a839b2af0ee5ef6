import assert from "node:assert/strict";
import { test } from "node:test";
import { noteTextLimit } from "@svclab/contracts";
import type { HttpProblem } from "@svclab/service-kit";
import { readNewNote } from "./read-new-note.ts";

const json = (text: string) => Buffer.from(JSON.stringify({ text }));
const emoji = "\u{1f600}";

const kept = [
  ["one character", "a"],
  ["spaces at its ends", "  a  "],
  ["SQL", `'); DROP TABLE notes; -- \\' \\" ?`],
  ["a zero byte", "a\0b"],
  [`${noteTextLimit} characters of four bytes`, emoji.repeat(noteTextLimit)],
] as const;
for (const [what, text] of kept)
  test(`a text with ${what} is taken as it is`, () =>
    assert.deepEqual(readNewNote(json(text)), { text }));

test("an escaped pair of surrogates is one character", () => {
  const body = Buffer.from('{"text":"\\ud83d\\ude00"}');
  assert.deepEqual(readNewNote(body), { text: emoji });
});

const refused = [
  ["an empty text", json(""), /1 to 1000 characters, and has 0/],
  ["a text one character too long", json("a".repeat(1001)), /and has 1001/],
  ["half of a surrogate pair", Buffer.from('{"text":"\\ud83d"}'), /surrogate/],
  ["no text", Buffer.from("{}"), /expected string/],
  ["a number for a text", Buffer.from('{"text":1}'), /expected string/],
  ["a field too many", Buffer.from('{"text":"a","id":1}'), /id/],
  ["bytes that are not UTF-8", Buffer.from('{"text":"\xff"}', "latin1"), /not UTF-8/],
  [
    "UTF-8 that is longer than it must be",
    Buffer.from('{"text":"\xc0\xaf"}', "latin1"),
    /not UTF-8/,
  ],
  ["a surrogate in UTF-8", Buffer.from('{"text":"\xed\xa0\x80"}', "latin1"), /not UTF-8/],
  ["half of JSON", Buffer.from('{"text":'), /not JSON/],
  ["a byte order mark", Buffer.from('\ufeff{"text":"a"}'), /not JSON/],
  ["nothing", undefined, /not JSON/],
] as const;
for (const [what, body, says] of refused)
  test(`${what} is refused`, () => {
    assert.throws(
      () => readNewNote(body),
      (problem: HttpProblem) => {
        assert.equal(problem.status, 400);
        assert.match(`${problem.message} ${JSON.stringify(problem.more.errors)}`, says);
        return true;
      },
    );
  });
