import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "./config.ts";
import { downward } from "./testing.ts";

test("the downward API alone is enough, and faults are off", () => {
  const config = readConfig(downward);
  assert.deepEqual(config.ports, { http: 8080, metrics: 9090, admin: 8081 });
  assert.equal(config.faults, null);
  assert.equal(config.identity.node, "n1");
});

const wrong = [
  ["a Pod without a name", { POD_NAME: "" }, /POD_NAME/],
  ["a port that is none", { HTTP_PORT: "http" }, /HTTP_PORT/],
  ["faults without a token", { FAULTS: "on" }, /FAULT_TOKEN/],
  ["a token that can be guessed", { FAULTS: "on", FAULT_TOKEN: "short" }, /FAULT_TOKEN/],
] as const;
for (const [title, env, found] of wrong) {
  test(`${title} is refused by name`, () => {
    assert.throws(() => readConfig({ ...downward, ...env }), { code: "bad-environment", found });
  });
}

test("LISTEN_DELAY_MS counts only where faults are on", () => {
  const late = { ...downward, LISTEN_DELAY_MS: "500", FAULT_TOKEN: "sixteen-characters" };
  assert.equal(readConfig(late).listenDelayMs, 0);
  assert.equal(readConfig({ ...late, FAULTS: "on" }).listenDelayMs, 500);
});

test("CLOSE_AT_SIGTERM counts only where faults are on", () => {
  const hasty = { ...downward, CLOSE_AT_SIGTERM: "on", FAULT_TOKEN: "sixteen-characters" };
  assert.equal(readConfig(hasty).drain.stragglersMs, 2_000);
  assert.equal(readConfig({ ...hasty, FAULTS: "on" }).drain.stragglersMs, 0);
});
