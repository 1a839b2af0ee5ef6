import assert from "node:assert/strict";
import { test } from "node:test";
import { parseGtidSet } from "@svclab/mysql-group";
import { Lag } from "./lag.ts";

const g = (numbers: string) =>
  parseGtidSet(numbers === "" ? "" : `99999999-9999-9999-9999-999999999999:${numbers}`);

/** executed, received, time, expected lag */
const rows: readonly { title: string; looks: readonly [string, string, number, number][] }[] = [
  { title: "nothing received", looks: [["1-9", "", 0, 0]] },
  { title: "all executed", looks: [["1-9", "5-9", 0, 0]] },
  {
    title: "it stands still: the lag grows from when the first was seen, whatever comes after it",
    looks: [
      ["1-9", "1-10", 1_000, 0],
      ["1-9", "1-50", 4_000, 3_000],
      ["1-9", "1-90", 9_000, 8_000],
    ],
  },
  {
    title: "it follows at a distance: the lag stays small",
    looks: [
      ["1-9", "1-12", 1_000, 0],
      ["1-12", "1-15", 1_250, 0],
      ["1-14", "1-18", 1_500, 250],
      ["1-15", "1-19", 1_750, 250],
    ],
  },
  {
    title: "it catches up and is still seconds behind: the lag is that of the oldest it lacks",
    looks: [
      ["1-9", "1-10", 1_000, 0],
      ["1-9", "1-50", 4_000, 3_000],
      ["1-9", "1-90", 9_000, 8_000],
      ["1-10", "1-95", 9_500, 5_500],
      ["1-50", "1-99", 9_750, 750],
    ],
  },
  {
    title: "it has caught up: no lag at once",
    looks: [
      ["1-9", "1-90", 1_000, 0],
      ["1-9", "1-90", 9_000, 8_000],
      ["1-90", "1-90", 9_250, 0],
    ],
  },
];

for (const { title, looks } of rows)
  test(title, () => {
    const lag = new Lag();
    for (const [executed, received, atMs, expected] of looks)
      assert.equal(lag.look(g(executed), g(received), atMs), expected);
  });

test("behind for hundreds of looks, the lag is still from the first", () => {
  const lag = new Lag();
  for (let at = 0; at < 1_000; at++) lag.look(g("1-9"), g(`1-${10 + at}`), at * 250);
  assert.equal(lag.look(g("1-9"), g("1-1010"), 250_000), 250_000);
  const late = lag.look(g("1-509"), g("1-1010"), 250_000);
  assert.ok(late <= 125_000 && late > 115_000, `${late} ms`);
});
