import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { DatabaseFault, type LongPart } from "@svclab/contracts";
import { addJsonLine } from "./json-lines.ts";
import { addUp, longPart, readParts } from "./long-form.ts";

const part = (changes: Partial<LongPart> = {}, measured: LongPart["measured"] = {}): LongPart => ({
  ...{ run: "r", commit: "c1", beganMs: 1, endedMs: 2, outcome: "holds", why: null },
  ...changes,
  measured: { faults: 100, acknowledged: 400_000, unknown: 5, unknownThere: 2, ...measured },
});

test("a part does each fault equally often, and what follows a fault differs by round", () => {
  const times = DatabaseFault.options.map(
    (fault) => longPart.faults.filter((each) => each === fault).length,
  );
  assert.deepEqual(new Set(times), new Set([7]));
  const pairs = longPart.faults.slice(1).map((fault, at) => `${longPart.faults[at]} ${fault}`);
  assert.ok(new Set(pairs).size >= 63, `${new Set(pairs).size} pairs`);
});

const rows: readonly [string, readonly LongPart[], string, RegExp][] = [
  ["nothing was run yet", [], "unknown", /faults +0 of 300/],
  [
    "two parts of three",
    [part(), part()],
    "unknown",
    /faults +200 of 300[\s\S]*run the same command/,
  ],
  ["three parts", [part(), part(), part()], "holds", /acknowledged 1,200,000 of 1,000,000/],
  [
    "enough faults, too few notes",
    Array(3).fill(part({}, { acknowledged: 9 })),
    "unknown",
    /27 of/,
  ],
  [
    "an unknown part adds nothing",
    [part(), part(), part({ outcome: "unknown" })],
    "unknown",
    /200/,
  ],
  [
    "one broken part breaks the whole",
    [part(), part(), part(), part({ outcome: "broken", run: "r4", why: "api-1/2 is gone" })],
    "broken",
    /broken +r4: api-1\/2 is gone/,
  ],
  [
    "one that did not finish must be looked into",
    [
      part(),
      part(),
      part(),
      part({ outcome: "unknown", run: "r4", why: "the run did not finish" }),
    ],
    "unknown",
    /unknown +r4: the run did not finish\nto go on +see why/,
  ],
  ["parts of two commits", [part(), part({ commit: "c2" })], "unknown", /c1\n[\s\S]*c2/],
];
for (const [sentence, parts, outcome, said] of rows)
  test(`${sentence}: ${outcome}`, () => {
    const total = addUp(parts);
    assert.equal(total.outcome, outcome);
    assert.match(total.lines.join("\n"), said);
  });

test("parts are read as they were added, and a line that was cut is named", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "long-"));
  context.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "new", "long.jsonl");
  assert.deepEqual(await readParts(file), []);
  await addJsonLine(file, part());
  await addJsonLine(file, part({ commit: "c2" }));
  assert.deepEqual(await readParts(file), [part(), part({ commit: "c2" })]);
  await writeFile(file, `${JSON.stringify(part())}\n{"run":"r`);
  await assert.rejects(readParts(file), /long\.jsonl, line 2, to be a part/);
});
