import assert from "node:assert/strict";
import { it } from "node:test";
import { parseObjects } from "./object.ts";

it("reads every object of a text, and leaves empty documents out", () => {
  const text =
    "apiVersion: v1\nkind: A\nmetadata: {name: a}\n---\n# nothing\n---\napiVersion: v1\nkind: B\nmetadata: {name: b}\n";
  assert.deepEqual(
    parseObjects(text, "two.yaml").map((one) => one.kind),
    ["A", "B"],
  );
});

for (const [title, text] of [
  ["a document without a name", "apiVersion: v1\nkind: A\nmetadata: {}\n"],
  ["text that is no YAML", "a: [\n"],
  ["a bare value", "seven\n"],
] as const) {
  it(`refuses ${title}, naming the file`, () => {
    assert.throws(() => parseObjects(text, "bad.yaml"), {
      code: "manifest-bad",
      message: /bad.yaml/,
    });
  });
}
