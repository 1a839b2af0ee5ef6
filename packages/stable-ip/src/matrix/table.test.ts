import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KillMode, MatrixRound } from "@svclab/contracts";
import { expectations } from "./expected.ts";
import { rowsOf } from "./table.ts";
import { toMatrixMarkdown, toMatrixText } from "./told.ts";

const round = (silenceMs: number, lost = 0, kill: KillMode = "sigkill"): MatrixRound => ({
  ...{ kill, run: "r1", commit: "c1", atMs: 1, noticedMs: null, rulesMs: silenceMs },
  paths: { "cluster-ip/new": { requests: 100, lost, silenceMs } },
});
/** Silences of 100, 200 … 2,000 ms; in every fourth round 7 requests are lost. */
const twenty = Array.from({ length: 20 }, (_, at) => round(100 * (at + 1), at % 4 === 3 ? 7 : 0));

describe("the table", () => {
  it("has the quantiles of the rounds' longest silences, with what bounds them", () => {
    const [row] = rowsOf(twenty);
    const [cell] = row?.cells ?? [];
    assert.deepEqual(cell, {
      ...{ route: "cluster-ip/new", rounds: 20, requests: 2_000, lost: 35, costly: 5 },
      median: { value: 1_000, low: 600, high: 1_500 },
      p90: { value: 1_800, low: 1_500, high: null },
      worstMs: 2_000,
    });
    assert.deepEqual(row?.rules, { value: 1_000, low: 600, high: 1_500 });
  });

  it("leaves out a way that a round did not see, and counts the rounds that did", () => {
    const blind = { ...round(50), paths: {}, rulesMs: null };
    const [row] = rowsOf([round(100), blind]);
    assert.equal(row?.rounds, 2);
    assert.equal(row?.cells[0]?.rounds, 1);
    assert.equal(rowsOf([blind])[0]?.rules, null);
  });

  it("keeps the order of the list of kills, whatever that of the rounds is", () => {
    const rows = rowsOf([round(1, 0, "hang"), round(1, 0, "graceful"), round(1, 0, "hang")]);
    assert.deepEqual(
      rows.map(({ kill, rounds }) => [kill, rounds]),
      [
        ["graceful", 1],
        ["hang", 2],
      ],
    );
    assert.deepEqual(rowsOf([]), []);
  });
});

describe("what is told", () => {
  it("as Markdown has what was expected beside what was measured", () => {
    const text = toMatrixMarkdown(rowsOf(twenty), { commits: ["c1"], file: "docs/m.jsonl" });
    assert.ok(text.includes(expectations.sigkill.expected));
    assert.match(
      text,
      /^\| cluster-ip\/new \| 20 \| 2,000 \| 35 \| 5 \| 1000 \[600–1500\] \| 1800 \[1500–-\] \| 2000 \|$/m,
    );
    assert.match(text, /led to it 1000 \[600–1500\] ms after/);
    assert.match(text, /x-axis \["sigkill"\]\n {2}bar \[1000\]/);
    assert.match(text, /`\.\/svclab matrix --file docs\/m\.jsonl`.*Commits: c1\./);
    assert.doesNotMatch(text, /## hang/);
  });

  it("on a terminal keeps to 80 columns", () => {
    const long = { requests: 123_456, lost: 12_345, silenceMs: 64_321 };
    const worst = { ...round(1), paths: { "headless-name/new": long }, rulesMs: 64_321 };
    const told = toMatrixText(rowsOf(Array.from({ length: 20 }, () => worst)));
    assert.ok(
      told.split("\n").every((line) => line.length <= 80),
      told,
    );
    assert.match(told, /246,900 of 2,469,120 lost/);
  });
});
