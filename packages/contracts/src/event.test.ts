import assert from "node:assert/strict";
import { test } from "node:test";
import { Event, pathId } from "./event.ts";

const stamp = { atMs: 1, from: "watch" };
const answered = {
  ...{ ...stamp, kind: "answered", path: "cluster-ip/new@worker", podUid: "u", status: 200 },
  ...{ scheduledMs: 1, sentMs: 1, tookMs: 2, connection: 40000 },
};

const accepted: readonly [string, object][] = [
  ["the steady state is an event without facts", { ...stamp, kind: "steady" }],
  ["an answer names the Pod that gave it", answered],
  [
    "a refused connection is told as refused",
    {
      ...{ ...stamp, kind: "unanswered", path: "p", why: "refused" },
      ...{ scheduledMs: 1, sentMs: 1, tookMs: 0.3 },
    },
  ],
];
for (const [sentence, event] of accepted)
  test(sentence, () => assert.deepEqual(Event.parse(event), event));

const refused: readonly [string, object][] = [
  ["an event of no known kind is refused", { ...stamp, kind: "guessed" }],
  ["an event without a recorder is refused", { ...stamp, from: "", kind: "steady" }],
  ["an answer without the Pod's uid is refused", { ...answered, podUid: undefined }],
  ["a reason that is no reason is refused", { ...stamp, kind: "unanswered", why: "503" }],
];
for (const [sentence, event] of refused)
  test(sentence, () => assert.equal(Event.safeParse(event).success, false));

test("a path is named by route, connection and vantage", () => {
  assert.equal(pathId("cluster-ip", "new", "worker"), "cluster-ip/new@worker");
  assert.equal(pathId("headless-dns", null, "worker"), "headless-dns@worker");
});
