import assert from "node:assert/strict";
import { test } from "node:test";
import {
  countOf,
  formatGtidSet,
  includes,
  minus,
  onlyFrom,
  parseGtidSet,
  union,
} from "./gtid-set.ts";

const a = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa";
const b = "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb";
const set = (text: string) => parseGtidSet(text);

const written: readonly { title: string; from: string; to: string }[] = [
  { title: "the empty set is empty", from: "", to: "" },
  { title: "one transaction is a number", from: `${a}:7-7`, to: `${a}:7` },
  { title: "neighbours become one interval", from: `${a}:1-3:4:5-9`, to: `${a}:1-9` },
  { title: "overlaps become one interval", from: `${a}:1-5:3-4:4-8`, to: `${a}:1-8` },
  { title: "gaps stay", from: `${a}:5:1-3`, to: `${a}:1-3:5` },
  { title: "line breaks, as MySQL prints them", from: `${a}:1,\n${b}:2`, to: `${a}:1,${b}:2` },
  { title: "upper case is the same server", from: `${a.toUpperCase()}:1`, to: `${a}:1` },
  {
    title: "a tag is a series of its own",
    from: `${a}:1-2:red:1:blue:4`,
    to: `${a}:1-2,${a}:blue:4,${a}:red:1`,
  },
];
for (const { title, from, to } of written)
  test(`written: ${title}`, () => assert.equal(formatGtidSet(set(from)), to));

for (const bad of ["nonsense", `${a}`, `${a}:0`, `${a}:5-3`, `${a}:1-`, `${a}:1:`])
  test(`"${bad}" is refused, not read as something smaller`, () =>
    assert.throws(() => set(bad), { code: "gtid-set-bad" }));

const compared: readonly { left: string; right: string; has: boolean; lacks: string }[] = [
  { left: "", right: "", has: true, lacks: "" },
  { left: `${a}:1`, right: "", has: true, lacks: "" },
  { left: "", right: `${a}:1`, has: false, lacks: `${a}:1` },
  { left: `${a}:1-9`, right: `${a}:3-5`, has: true, lacks: "" },
  { left: `${a}:1-9`, right: `${a}:3-12`, has: false, lacks: `${a}:10-12` },
  { left: `${a}:1-3:7-9`, right: `${a}:1-9`, has: false, lacks: `${a}:4-6` },
  { left: `${a}:1-9`, right: `${a}:1-9,${b}:1`, has: false, lacks: `${b}:1` },
  { left: `${a}:1-9`, right: `${a}:red:1`, has: false, lacks: `${a}:red:1` },
];
for (const { left, right, has, lacks } of compared)
  test(`{${left}} ${has ? "includes" : "lacks something of"} {${right}}`, () => {
    assert.equal(includes(set(left), set(right)), has);
    assert.equal(formatGtidSet(minus(set(right), set(left))), lacks);
  });

test("a union has what either has, once", () => {
  const both = union(set(`${a}:1-3`), set(`${a}:3-5,${b}:1`));
  assert.equal(formatGtidSet(both), `${a}:1-5,${b}:1`);
  assert.equal(countOf(both), 6);
});

test("what comes from one server is told from the rest, tags included", () => {
  const all = set(`${a}:1-3:red:2,${b}:1`);
  assert.equal(formatGtidSet(onlyFrom(all, a)), `${a}:1-3,${a}:red:2`);
});
