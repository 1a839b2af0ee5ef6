import assert from "node:assert/strict";
import { test } from "node:test";
import { load, save } from "./page/store.js";
import { answered, count, emptyTally, type Question } from "./page/tally.js";

function question(uid: string): Question {
  const web = { podUid: "w", podName: "web-1", podIp: "10.0.0.9", node: "n1" };
  const who = { podUid: uid, podName: `api-${uid}`, podIp: "10.0.0.1", node: "n2" };
  const api = { ...who, app: "api", version: "1", startedAt: "2026-01-01T00:00:00Z" };
  return { web, api, error: null, tookMs: 3 };
}

const unanswered: Question = { web: null, api: null, error: "gone", tookMs: 1 };

test("a tally counts by Pod, in the order of the first answers", () => {
  const { lines } = ["b", "a", "b"].map(question).reduce(count, emptyTally());
  const counted = Object.values(lines).map(({ name, answers }) => `${name} ${answers}`);
  assert.deepEqual(counted, ["api-b 2", "api-a 1"]);
});

test("what nobody answered is counted apart", () => {
  const tally = [question("a"), unanswered].reduce(count, emptyTally());
  assert.equal(answered(tally), 1);
  assert.equal(tally.unanswered, 1);
  assert.equal(tally.recent[0]?.error, "gone");
});

test("the newest questions come first, and the list has an end", () => {
  const tally = Array.from({ length: 30 }, (_, i) => question(`p${i}`)).reduce(count, emptyTally());
  assert.equal(tally.recent[0]?.api, "api-p29 on n2");
  assert.equal(tally.recent.length, 8);
});

test("a tally comes back from storage as it was", () => {
  const stored = new Map<string, string>();
  const tally = count(emptyTally(), question("a"));
  save(() => ({ setItem: (key, value) => void stored.set(key, value) }), tally);
  const back = load(() => ({ getItem: (key) => stored.get(key) ?? null }));
  assert.deepEqual(back, tally);
});

const useless: [string, () => string | null][] = [
  ["nothing stored", () => null],
  ["something else stored", () => '{"a":1}'],
  ["no JSON", () => "{"],
];
for (const [what, getItem] of useless) {
  test(`with ${what}, the tally starts empty`, () => {
    assert.deepEqual(
      load(() => ({ getItem })),
      emptyTally(),
    );
  });
}

test("with storage blocked, the tally starts empty and is not kept", () => {
  const blocked = () => {
    throw new Error("SecurityError");
  };
  assert.deepEqual(load(blocked), emptyTally());
  assert.doesNotThrow(() => save(blocked, emptyTally()));
});
