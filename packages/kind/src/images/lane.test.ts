import assert from "node:assert/strict";
import { test } from "node:test";
import { type Lane, type LaneFacts, laneOf } from "./lane.ts";

const nothing: LaneFacts = {
  present: undefined,
  wanted: "k1",
  registryAnswers: undefined,
  only: undefined,
};

const rows: readonly [string, Partial<LaneFacts>, Lane][] = [
  ["with no image and no word of a registry, a pull is tried", {}, "pull"],
  ["where no registry answered, it is built", { registryAnswers: false }, "build"],
  ["where one answered before, it is pulled", { registryAnswers: true }, "pull"],
  [
    "what was built from this recipe is kept, registry or not",
    { present: "k1", registryAnswers: true },
    "keep",
  ],
  [
    "what was built from another recipe is built anew",
    { present: "k0", registryAnswers: false },
    "build",
  ],
  ["what was built from another recipe gives way to a pull", { present: "k0" }, "pull"],
  [
    "what was pulled is kept without a registry",
    { present: "pulled", registryAnswers: false },
    "keep",
  ],
  [
    "who wants the built lane gets it over a pulled image",
    { present: "pulled", only: "build" },
    "build",
  ],
  ["and keeps what it built", { present: "k1", only: "build" }, "keep"],
  ["who wants the pulled lane gets it over a built image", { present: "k1", only: "pull" }, "pull"],
  [
    "and is not sent to build when the registry is away",
    { only: "pull", registryAnswers: false },
    "pull",
  ],
];

for (const [sentence, facts, lane] of rows)
  test(sentence, () => assert.equal(laneOf({ ...nothing, ...facts }), lane));
