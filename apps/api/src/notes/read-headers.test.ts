import assert from "node:assert/strict";
import { test } from "node:test";
import { noteHeaders } from "@svclab/contracts";
import { longestGtidSet, readGtidSet, readIdempotencyKey } from "./read-headers.ts";

const uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const gtidOf = (set: string) => readGtidSet({ [noteHeaders.gtid]: set });
const keyOf = (key: string) => readIdempotencyKey({ [noteHeaders.idempotencyKey]: key });

const sets = [
  ["one transaction", `${uuid}:7`],
  ["intervals", `${uuid}:1-5:7:9-11`],
  ["two servers, as MySQL prints them", `${uuid}:1, ${uuid.toUpperCase()}:2-3`],
  ["tags with intervals of their own", `${uuid}:1-3:red:1:3:blue:4`],
  ["a number as long as MySQL's longest", `${uuid}:9223372036854775806`],
] as const;
for (const [what, set] of sets)
  test(`${what} is a set of transactions`, () => assert.equal(gtidOf(set), set));

const notSets = [
  ["nothing", ""],
  ["a word", "latest"],
  ["a UUID alone", uuid],
  ["the transaction 0", `${uuid}:0`],
  ["an interval without an end", `${uuid}:1-`],
  ["a tag without an interval", `${uuid}:red`],
  ["SQL", `${uuid}:1' OR SLEEP(9) -- `],
  ["a set beyond the limit", `${uuid}:${"1:".repeat(longestGtidSet / 2)}1`],
] as const;
for (const [what, set] of notSets)
  test(`${what} is no set of transactions`, () => {
    assert.throws(() => gtidOf(set), { status: 400 });
  });

test("the longest set that fails at its end is told so at once", () => {
  const began = performance.now();
  const set = `${`${uuid}:1-2:a:3,`.repeat(80)}x`;
  assert.ok(set.length > 3_500 && set.length <= longestGtidSet);
  assert.throws(() => gtidOf(set), { status: 400 });
  assert.ok(performance.now() - began < 100);
});

test("no header asks for no transactions", () => assert.equal(readGtidSet({}), null));

const keys = [
  ["bare", "8e03978e-40d5-43e8-bc93-6894a57f9324", "8e03978e-40d5-43e8-bc93-6894a57f9324"],
  ["in quotes, as the draft has it", '"8e03978e"', "8e03978e"],
  ["of all characters that are allowed", "aZ09_.~+/=:-", "aZ09_.~+/=:-"],
] as const;
for (const [what, given, key] of keys) test(`a key ${what}`, () => assert.equal(keyOf(given), key));

const notKeys = [
  ["an empty key", ""],
  ["a key with a space", "a b"],
  ["two keys", "a, b"],
  ["a key with one quote", '"a'],
  ["a key of other letters", "schlüssel"],
  ["a key beyond the limit", "a".repeat(129)],
] as const;
for (const [what, given] of notKeys)
  test(`${what} is refused`, () => assert.throws(() => keyOf(given), { status: 400 }));

test("without a key there is a new one each time", () => {
  const [one, other] = [readIdempotencyKey({}), readIdempotencyKey({})];
  assert.notEqual(one, other);
  assert.equal(keyOf(one), one);
});
