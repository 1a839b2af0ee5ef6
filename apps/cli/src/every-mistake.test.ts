import assert from "node:assert/strict";
import { test } from "node:test";
import { type Report, ToolError, type Verdict } from "@svclab/contracts";
import { type Claim, claims } from "@svclab/stable-ip";
import { chooseMistakes } from "./choose-claims.ts";
import { countOf, linesOf, type Made, makeEach, outcomeOfMistakes } from "./every-mistake.ts";

const witness = [{ atMs: 1, from: "watch", kind: "steady" }] as const;
const broken: Verdict = { outcome: "broken", why: "it moved", measured: {}, witness: [...witness] };
const holds: Verdict = { outcome: "holds", measured: {} };
const unknown: Verdict = { outcome: "unknown", why: "nobody looked", measured: {} };
const skipped: Verdict = { outcome: "skipped", missing: ["the database"] };
const made = (...verdicts: Verdict[]): Made[] =>
  verdicts.map((verdict) => ({
    claim: "types-nest",
    mistake: "one-lower",
    verdict,
    folder: "runs/1",
  }));

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

test("says found where the claim came out broken; else why, and where the run lies", () => {
  const report = "         report: runs/1/report.html";
  assert.deepEqual(made(broken, holds, unknown, skipped).map(linesOf), [
    ["found    one-lower, by types-nest"],
    ["missed   one-lower, by types-nest", report],
    ["unknown  one-lower, by types-nest", "         nobody looked", report],
    ["skipped  one-lower, by types-nest", "         missing: the database", report],
  ]);
});

/** The first of them has two mistakes. */
const two = claims.slice(0, 2);
const everyMistake = chooseMistakes(two, true) ?? [];
const proved = (judged: Claim | undefined, verdict: Verdict = broken) => [
  {
    folder: "runs/1",
    report: {
      claims: judged === undefined ? [] : [{ id: judged.id, verdict }],
    } as unknown as Report,
  },
];

test("makes each mistake of each claim once, and tells of each as it comes", async () => {
  const told: Made[] = [];
  const asked: string[][] = [];
  const prove = async (claim: Claim, { name }: { readonly name: string }) => {
    asked.push([claim.id, name]);
    return proved(claim);
  };
  const all = await makeEach(everyMistake, prove, (one) => told.push(one));
  const expected = two.flatMap(({ id, violations }) => violations.map(({ name }) => [id, name]));
  assert.ok(expected.length > two.length);
  assert.deepEqual(asked, expected);
  assert.deepEqual(
    all.map(({ claim, mistake }) => [claim, mistake]),
    expected,
  );
  assert.deepEqual(told, all);
  assert.equal(outcomeOfMistakes(all), "holds");
});

test("a claim that was not judged is unknown", async () => {
  const none = await makeEach(
    everyMistake,
    async () => proved(undefined),
    () => {},
  );
  assert.equal(outcomeOfMistakes(none), "unknown");
});

test("broken without an event that proves it is unknown", async () => {
  const none: Verdict = { ...broken, witness: [] } as Verdict;
  const prove = async (claim: Claim) => proved(claim, none);
  assert.equal(outcomeOfMistakes(await makeEach(everyMistake, prove, () => {})), "unknown");
});

test("a claim without its database is skipped, after one try", async () => {
  let tries = 0;
  const missing = { code: "database-missing", expected: "", found: "", todo: "" };
  const prove = () => {
    tries += 1;
    return Promise.reject(new ToolError(missing));
  };
  const all = await makeEach(everyMistake, prove, () => {});
  assert.ok(all.length > two.length);
  assert.ok(all.every(({ verdict }) => verdict.outcome === "skipped"));
  assert.equal(tries, two.length);
});

test("any other error ends it", async () => {
  const failing = makeEach(
    everyMistake,
    () => Promise.reject(new Error("no cluster")),
    () => {},
  );
  await assert.rejects(failing, /no cluster/);
});

test("only the mistakes that are named are made, in the order of the claims", () => {
  const [first, second] = two.flatMap(({ violations }) => violations.map(({ name }) => name));
  const chosen = chooseMistakes(two, [`${second}`, `${first}`]) ?? [];
  assert.deepEqual(
    chosen.map(({ violation }) => violation.name),
    [first, second],
  );
  assert.equal(chooseMistakes(two, undefined), null);
  assert.throws(() => chooseMistakes(two, ["no-such"]), { code: "violation-unknown" });
});
