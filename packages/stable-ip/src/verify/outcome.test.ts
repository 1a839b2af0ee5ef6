import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Judged, Outcome, Verdict } from "@svclab/contracts";
import { overall, requireAll } from "./outcome.ts";

const verdicts: Record<Outcome, Verdict> = {
  holds: { outcome: "holds", measured: {} },
  broken: { outcome: "broken", why: "it", measured: {}, witness: [] },
  unknown: { outcome: "unknown", why: "it", measured: {} },
  skipped: { outcome: "skipped", missing: ["two-workers"] },
};

function judged(...outcomes: Outcome[]): Judged[] {
  return outcomes.map((outcome) => ({
    id: outcome,
    statement: "It MUST.",
    source: "https://kubernetes.io",
    verdict: verdicts[outcome],
  }));
}

describe("the outcome of a run", () => {
  const rows: { title: string; of: Outcome[]; is: string }[] = [
    { title: "is unknown when there are no verdicts", of: [], is: "unknown" },
    { title: "holds when all hold", of: ["holds", "holds"], is: "holds" },
    { title: "is broken when one is", of: ["holds", "unknown", "broken"], is: "broken" },
    { title: "is unknown when one is and none is broken", of: ["unknown", "holds"], is: "unknown" },
    { title: "is not changed by a skip", of: ["holds", "skipped"], is: "holds" },
    { title: "is unknown when all were skipped", of: ["skipped"], is: "unknown" },
  ];
  for (const { title, of, is } of rows) it(title, () => assert.equal(overall(judged(...of)), is));

  it("is unknown for one skip when all are required", () => {
    const all = requireAll(judged("holds", "skipped"));
    assert.equal(overall(all), "unknown");
    assert.match(JSON.stringify(all), /for want of two-workers/);
  });
});
