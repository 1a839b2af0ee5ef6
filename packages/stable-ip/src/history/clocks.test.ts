import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EventOf } from "@svclab/contracts";
import { offsets } from "./clocks.ts";

function clock(from: string, recorder: string, offsetMs: number, uncertaintyMs: number) {
  return { kind: "clock", atMs: 0, from, recorder, offsetMs, uncertaintyMs } as const;
}

describe("clock offsets", () => {
  const rows: { title: string; clocks: EventOf<"clock">[]; is: [number, number] | undefined }[] = [
    { title: "none without a comparison", clocks: [], is: undefined },
    { title: "one comparison is the offset", clocks: [clock("watch", "p", 40, 3)], is: [40, 3] },
    {
      title: "one measured from the other side is turned round",
      clocks: [clock("p", "watch", 40, 3)],
      is: [-40, 3],
    },
    {
      title: "two that agree leave what they share",
      clocks: [clock("watch", "p", 40, 4), clock("watch", "p", 46, 4)],
      is: [43, 1],
    },
    {
      title: "two that do not agree span all between them: the clocks drifted",
      clocks: [clock("watch", "p", 40, 1), clock("watch", "p", 50, 1)],
      is: [45, 6],
    },
    {
      title: "a clock is reached over another, and the doubt adds up",
      clocks: [clock("watch", "run", 10, 1), clock("run", "p", 30, 2)],
      is: [40, 3],
    },
    {
      title: "a pair apart from the watch is not known",
      clocks: [clock("a", "p", 1, 1)],
      is: undefined,
    },
  ];
  for (const { title, clocks, is } of rows) {
    it(title, () => {
      const offset = offsets(clocks).get("p");
      assert.deepEqual(offset && [offset.offsetMs, offset.uncertaintyMs], is);
    });
  }
});
