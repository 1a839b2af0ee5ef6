import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { claims } from "../claims/index.ts";
import { DatabaseHistory } from "../history/database-history.ts";
import { verify } from "../verify/verify.ts";
import { databaseClaims } from "./index.ts";

const files = readdirSync(import.meta.dirname).filter((file) => file !== "index.ts");
const stems = files.filter((file) => !file.endsWith(".test.ts")).map((file) => file.slice(0, -3));

test("the list holds every file of this folder, every id is its stem, and a test is beside it", () => {
  assert.deepEqual(databaseClaims.map(({ id }) => id).toSorted(), stems.toSorted());
  for (const stem of stems) assert.ok(files.includes(`${stem}.test.ts`), stem);
});

test("no id and no violation is named twice, those of the api's claims included", () => {
  const all = [...claims, ...databaseClaims];
  const names = [
    ...all.map(({ id }) => id),
    ...all.flatMap((c) => c.violations.map((v) => v.name)),
  ];
  assert.equal(new Set(names).size, names.length);
});

for (const claim of databaseClaims) {
  test(`${claim.id} is one sentence with MUST, with a source and violations of its own`, () => {
    assert.match(claim.statement, /^[A-Z].*\bMUST\b.*\.$/);
    assert.match(claim.source, /^https:\/\//);
    assert.ok(claim.violations.every(({ name, text }) => name !== "" && text.endsWith(".")));
  });

  test(`${claim.id} is unknown when it is a control run`, () => {
    const history = new DatabaseHistory().notes(20).end();
    const control = history.map((event) =>
      event.kind === "run-began" ? { ...event, control: true } : event,
    );
    assert.match(JSON.stringify(verify(control, [claim])), /control run/);
  });
}
