import assert from "node:assert/strict";
import { test } from "node:test";
import { tryCommand } from "./command.ts";
import { goAhead } from "./go-ahead.ts";

test("this process goes ahead of the others, and what it starts does not", async (t) => {
  if (!(await goAhead())) {
    t.skip("chrt is not here, or this user may not go ahead of others");
    return;
  }
  const own = await policyOf(String(process.pid));
  assert.match(own, /SCHED_RR/);
  // With it the kernel would let what is started wait, and this process with it.
  assert.doesNotMatch(own, /SCHED_RESET_ON_FORK/);
  assert.match(await policyOf("0"), /SCHED_OTHER/);
  const missing = await tryCommand("no-such-program", []);
  assert.notEqual(missing.exitCode, 0);
  assert.match(missing.stderr, /no-such-program/);
});

async function policyOf(pid: string): Promise<string> {
  return (await tryCommand("chrt", ["--pid", pid])).stdout;
}
