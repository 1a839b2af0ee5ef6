import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { oneLine } from "./figures.ts";

describe("figures for a person", () => {
  const rows = [
    { of: { longestSilenceMs: 41 }, is: "longest silence 41 ms" },
    { of: { requests: 12_000, lost: 0 }, is: "requests 12,000, lost 0" },
    { of: { clusterIP: "10.96.0.9" }, is: "cluster IP 10.96.0.9" },
    { of: { "at api-7d4-Abc": 3_570 }, is: "at api-7d4-Abc 3,570" },
    { of: { alpha: 0.0001, power: 0.999 }, is: "alpha 0.0001, power 0.999" },
    { of: { p: 3.06e-7 }, is: "p 3.06e-7" },
    { of: { fewestAtOneEndpoint: 1 }, is: "fewest at one endpoint 1" },
    { of: {}, is: "" },
  ];
  for (const { of, is } of rows) it(`says "${is}"`, () => assert.equal(oneLine(of), is));
});
