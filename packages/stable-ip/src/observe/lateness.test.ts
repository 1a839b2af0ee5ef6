import assert from "node:assert/strict";
import { it } from "node:test";
import type { Event } from "@svclab/contracts";
import { latenessOf } from "./lateness.ts";

const sent = (lateMs: number, kind: "answered" | "unanswered" = "answered") =>
  ({ kind, path: "p", scheduledMs: 1_000, sentMs: 1_000 + lateMs, tookMs: lateMs }) as Event;

it("tells the least lateness that one in a hundred, and one in a thousand, may exceed", () => {
  const events = Array.from({ length: 1_000 }, (_, nth) => sent(nth + 1));
  assert.deepEqual(latenessOf(events, 0), { requests: 1_000, lost: 0, p99Ms: 990, p999Ms: 999 });
});

it("counts what was sent and not answered, and stretches in which nothing was sent", () => {
  const early = { kind: "blind", from: "prober@a", atMs: -1, forMs: 300, why: "" } as Event;
  const blind = { kind: "blind", from: "prober@a", atMs: 1, forMs: 300, why: "" } as Event;
  const { requests, lost } = latenessOf([early, sent(1), sent(2, "unanswered"), blind], 0);
  assert.deepEqual({ requests, lost }, { requests: 2, lost: 2 });
});

it("counts nothing that was due before its time", () => {
  assert.equal(latenessOf([sent(1), sent(2, "unanswered")], 1_001).requests, 0);
});

it("tells no lateness where nothing was sent", () => {
  assert.ok(Number.isNaN(latenessOf([], 0).p99Ms));
});
