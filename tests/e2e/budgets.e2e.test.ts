import assert from "node:assert/strict";
import { test } from "node:test";
import { svclab } from "./lab/command-line.ts";
import { useOwnState } from "./lab/own-state.ts";

useOwnState();

/** As `bench` prints a figure: what, how much of which unit, and the budget. */
const row = /^(\S.*?) +(\d+\.\d) (s|GiB|ms) +budget (\d+) \3$/;

test("bench measures every budget but the cold one, and none is exceeded", async (context) => {
  const { code, stdout, stderr } = await svclab(["bench", "--name", "e2e-bench"], {
    limitMs: 600_000,
  });
  const rows = stdout.trimEnd().split("\n");
  for (const line of rows) {
    context.diagnostic(line);
    assert.match(line, row, stderr);
  }
  assert.deepEqual(
    rows.map((line) => row.exec(line)?.[1]),
    [
      "up, images cached, to traffic answered",
      "up on a running cluster",
      "memory of cluster and application",
      "a code change built, loaded and rolled out",
      "lateness at 1 x 500 requests a second, p99",
      "lateness at 1 x 500 requests a second, p99.9",
      "lateness at 8 x 100 requests a second, p99",
      "lateness at 8 x 100 requests a second, p99.9",
      "down",
    ],
  );
  assert.equal(code, 0, stdout);
});
