import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  atMost,
  boundOfNone,
  connectionsToFindSkew,
  connectionsToMeetAll,
  evenness,
  independence,
  median,
  powerOf,
  together,
} from "./statistics.ts";

const plan = { pods: 3, skew: 0.1, alpha: 1e-4, power: 0.999 };

describe("sample size", () => {
  const rows = [
    { title: "a skew of 10 % over three Pods needs 10,639 connections", of: plan, needs: 10_639 },
    { title: "a skew of 5 % needs 42,555", of: { ...plan, skew: 0.05 }, needs: 42_555 },
  ];
  for (const { title, of, needs } of rows) {
    it(title, () => assert.equal(connectionsToFindSkew(of), needs));
  }

  it("is what it takes, and one connection fewer is not", () => {
    const powerWith = (connections: number) => powerOf((connections * 0.1 ** 2) / 2, 2, 1e-4);
    assert.ok(powerWith(10_639) >= 0.999);
    assert.ok(powerWith(10_638) < 0.999);
  });

  it("without a skew the power is the chance of a false alarm", () => {
    assert.ok(Math.abs(powerOf(1e-12, 2, 1e-4) - 1e-4) < 1e-9);
  });

  it("54 connections meet each of three Pods but for one chance in 1e9", () => {
    assert.equal(connectionsToMeetAll(3, 1e-9), 54);
    assert.ok(3 * (2 / 3) ** 54 <= 1e-9 && 3 * (2 / 3) ** 53 > 1e-9);
  });
});

describe("chi-squared tests", () => {
  it("equal counts fit perfectly", () => {
    assert.deepEqual(evenness([7, 7, 7]), { statistic: 0, degrees: 2, p: 1 });
  });

  it("with two degrees of freedom p is exp(-x/2)", () => {
    const { statistic, p } = evenness([10, 20, 30]);
    assert.equal(statistic, 10);
    assert.ok(Math.abs(p - Math.exp(-5)) < 1e-9);
  });

  it("a textbook table: 20, 30 over 30, 20 gives 4 at one degree, p 0.0455", () => {
    const { statistic, degrees, p } = independence([
      [20, 30],
      [30, 20],
    ]);
    assert.equal(statistic, 4);
    assert.equal(degrees, 1);
    assert.ok(Math.abs(p - 0.0455) < 1e-4);
  });

  it("empty rows and columns take no degree of freedom", () => {
    const { degrees, p } = independence([
      [5, 0, 5],
      [0, 0, 0],
      [5, 0, 5],
    ]);
    assert.equal(degrees, 1);
    assert.equal(p, 1);
  });

  it("a table with one row cannot be dependent", () => {
    assert.equal(independence([[5, 6, 7]]).p, 1);
  });

  it("tests taken together add their statistics and degrees", () => {
    const both = together([evenness([10, 20, 30]), evenness([10, 20, 30])]);
    assert.equal(both.statistic, 20);
    assert.equal(both.degrees, 4);
  });
});

describe("median", () => {
  it("is the middle, the mean of two middles, and nothing of nothing", () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
    assert.equal(median([]), null);
  });
});

it("bounds what was never seen: three in so many tries, at 95 %", () => {
  assert.equal(boundOfNone(20, 0.95).toFixed(3), "0.139");
  assert.equal((boundOfNone(60_000, 0.95) * 60_000).toFixed(2), "3.00");
  assert.equal(boundOfNone(0, 0.95), 1);
});

it("counts the chance of so few by lot", () => {
  assert.equal(atMost(0, 10, 0.5).toFixed(6), (2 ** -10).toFixed(6));
  assert.equal(atMost(1, 43, 0.5).toExponential(1), "5.0e-12");
  assert.equal(atMost(10, 10, 0.5), 1);
  assert.equal(atMost(2, 0, 0.5), 1);
  assert.equal(atMost(0, 10, 0), 1);
});
