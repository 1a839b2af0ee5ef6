import assert from "node:assert/strict";
import { test } from "node:test";
import { claims } from "../claims/index.ts";
import { databaseClaims } from "../database-claims/index.ts";
import { entryOf, explainClaim, listClaims, toMarkdown } from "./catalogue.ts";

const all = [...claims, ...databaseClaims];

for (const claim of all) {
  test(`${claim.id} says why it matters, how it is seen, and what Kubernetes tests of it`, () => {
    for (const text of [claim.matters, claim.seen, claim.upstream])
      assert.match(text, /^[A-Z].*\.$/);
  });

  test(`${claim.id} is told on lines of 80 columns, with each mistake that breaks it`, () => {
    const text = explainClaim(claim, 80);
    const words = text.replace(/\s+/g, " ");
    for (const said of [claim.id, claim.statement, claim.seen, claim.source])
      assert.ok(words.includes(said), said);
    for (const { name, text: mistake } of claim.violations)
      assert.ok(words.includes(`${name}: ${mistake}`), name);
    const long = text.split("\n").filter((line) => line.length > 80);
    assert.ok(
      long.every((line) => /^\S*\s*https:\S+$/.test(line)),
      long.join("\n"),
    );
  });
}

test("the list has each claim once, with its sentence", () => {
  const lines = listClaims(all, 80).split("\n");
  for (const { id } of all) assert.equal(lines.filter((line) => line === id).length, 1, id);
  assert.ok(lines.every((line) => line.length <= 80));
});

test("an entry is data and loses nothing but how it is judged and how mistakes are made", () => {
  for (const claim of all) {
    const { judge: _, violations, ...rest } = claim;
    const entry = JSON.parse(JSON.stringify(entryOf(claim)));
    assert.deepEqual(
      entry.violations,
      violations.map(({ name, text }) => ({ name, text })),
    );
    assert.deepEqual({ ...entry, violations }, { ...rest, violations });
  }
});

test("the page has a heading for each claim, in the order of the list", () => {
  const headings = toMarkdown(all).match(/^## .+$/gm);
  assert.deepEqual(
    headings,
    all.map(({ id }) => `## ${id}`),
  );
});
