import assert from "node:assert/strict";
import { test } from "node:test";
import { type Report, ToolError, type Verdict } from "@svclab/contracts";
import { type Claim, claims } from "@svclab/stable-ip";
import { countOf, lineOf, type Made, makeEach, outcomeOfMistakes } from "./every-mistake.ts";

const broken: Verdict = { outcome: "broken", why: "it moved", measured: {}, witness: [] };
const holds: Verdict = { outcome: "holds", measured: {} };
const unknown: Verdict = { outcome: "unknown", why: "nobody looked", measured: {} };
const skipped: Verdict = { outcome: "skipped", missing: ["the database"] };
const made = (...verdicts: Verdict[]): Made[] =>
  verdicts.map((verdict) => ({ claim: "types-nest", mistake: "one-lower", verdict }));

const outcomes: readonly [string, Verdict[], Report["outcome"], string][] = [
  ["all found", [broken, broken], "holds", "2 of 2 mistakes found"],
  ["one missed", [broken, holds, unknown], "broken", "1 of 3 mistakes found"],
  ["one of which nobody knows", [broken, unknown], "unknown", "1 of 2 mistakes found"],
  ["one skipped", [broken, skipped], "holds", "1 of 1 mistakes found"],
  ["nothing made", [skipped], "unknown", "0 of 0 mistakes found"],
];
for (const [sentence, verdicts, outcome, count] of outcomes)
  test(`${sentence}: ${outcome}, ${count}`, () => {
    assert.equal(outcomeOfMistakes(made(...verdicts)), outcome);
    assert.equal(countOf(made(...verdicts)), count);
  });

test("says found where the claim came out broken, and missed where it holds", () => {
  assert.deepEqual(made(broken, holds, unknown, skipped).map(lineOf), [
    "found    one-lower, by types-nest",
    "missed   one-lower, by types-nest",
    "unknown  one-lower, by types-nest\n         nobody looked",
    "skipped  one-lower, by types-nest",
  ]);
});

const two = claims.slice(0, 2);
const report = (judged: Claim | undefined) =>
  ({ claims: judged === undefined ? [] : [{ id: judged.id, verdict: broken }] }) as Report;

test("makes each mistake of each claim once, and tells of each as it comes", async () => {
  const told: Made[] = [];
  const all = await makeEach(
    two,
    async (claim) => [report(claim)],
    (one) => told.push(one),
  );
  const expected = two.flatMap(({ id, violations }) => violations.map(({ name }) => [id, name]));
  assert.deepEqual(
    all.map(({ claim, mistake }) => [claim, mistake]),
    expected,
  );
  assert.deepEqual(told, all);
  assert.equal(outcomeOfMistakes(all), "holds");
});

test("a claim that was not judged is unknown, one without its database is skipped", async () => {
  const none = await makeEach(
    two,
    async () => [report(undefined)],
    () => {},
  );
  assert.equal(outcomeOfMistakes(none), "unknown");
  const missing = { code: "database-missing", expected: "", found: "", todo: "" };
  const without = await makeEach(
    two,
    () => Promise.reject(new ToolError(missing)),
    () => {},
  );
  assert.ok(without.every(({ verdict }) => verdict.outcome === "skipped"));
});

test("any other error ends it", async () => {
  const failing = makeEach(
    two,
    () => Promise.reject(new Error("no cluster")),
    () => {},
  );
  await assert.rejects(failing, /no cluster/);
});
