import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { intersect, longestGap, type Span, subtract } from "./span.ts";

function span(fromMs: number, toMs: number): Span {
  return { fromMs, toMs };
}

describe("spans", () => {
  it("a span without others inside it falls into what is left", () => {
    const left = subtract(span(0, 10), [span(2, 3), span(5, 12)]);
    assert.deepEqual(left, [span(0, 2), span(3, 5)]);
  });
  it("nothing is left of a span that is covered", () => {
    assert.deepEqual(subtract(span(2, 3), [span(0, 10)]), []);
  });
  it("what two lists share has no empty spans", () => {
    assert.deepEqual(intersect([span(0, 5), span(7, 9)], [span(4, 7)]), [span(4, 5)]);
  });
  it("the longest gap counts the edges", () => {
    assert.equal(longestGap(span(0, 10), [3, 4]), 6);
    assert.equal(longestGap(span(0, 10), []), 10);
  });
});
