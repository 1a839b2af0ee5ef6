import assert from "node:assert/strict";
import { it } from "node:test";
import { patientClock } from "./patient-clock.ts";
import { until } from "./wait.ts";

const never = { what: "rain", look: () => null, limitMs: 1_000 };

it("resolves to what it waited for", async () => {
  let looks = 0;
  const wait = { ...never, look: () => (++looks === 3 ? "rain" : null), seen: () => "" };
  assert.equal(await until(patientClock(), new AbortController().signal, wait), "rain");
});

it("says the last thing it saw when the time runs out", async () => {
  let looks = 0;
  const look = () => {
    looks++;
    return null;
  };
  const wait = { ...never, look, seen: () => `cloud ${looks}` };
  await assert.rejects(until(patientClock(), new AbortController().signal, wait), {
    code: "wait-ran-out",
    expected: "rain within 1 s",
    found: "cloud 21",
  });
});

it("throws the signal's reason", async () => {
  const stop = new AbortController();
  const waited = until(patientClock(), stop.signal, { ...never, limitMs: 1e9, seen: () => "" });
  stop.abort(new Error("enough"));
  await assert.rejects(waited, /enough/);
});
