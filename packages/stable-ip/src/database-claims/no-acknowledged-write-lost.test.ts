import assert from "node:assert/strict";
import { test } from "node:test";
import type { Outcome } from "@svclab/contracts";
import { DatabaseHistory } from "../history/database-history.ts";
import { verify } from "../verify/verify.ts";
import { noAcknowledgedWriteLost } from "./no-acknowledged-write-lost.ts";

type Built = (history: DatabaseHistory) => DatabaseHistory;

/** Ten notes before a fault and ten after it. */
const begun = () => new DatabaseHistory().notes(10).fault("server-killed").notes(10);
const whole: Built = (history) => history.notesEnd().read();

/** 11 s without a write, and a writer that did nothing for a part of it. */
const stalled = (forMs: number) =>
  new DatabaseHistory()
    .notes(10)
    .fault("server-killed", 11_000, (history) =>
      history.fact({ from: "writer", kind: "blind", forMs, why: "it stood still", late: true }),
    )
    .notes(10);

const twice = (firstMs: number, secondMs: number) =>
  new DatabaseHistory(["server-killed", "server-killed"])
    .notes(10)
    .fault("server-killed", firstMs)
    .notes(10)
    .fault("server-killed", secondMs)
    .notes(10);

interface Row {
  readonly title: string;
  readonly outcome: Outcome;
  readonly why?: RegExp;
  readonly history: () => DatabaseHistory;
}

const rows: readonly Row[] = [
  {
    title: "all that was acknowledged is on all three, in order",
    outcome: "holds",
    history: () => whole(begun()),
  },
  {
    title: "a refused note that is not there",
    outcome: "holds",
    history: () => whole(begun().note("refused")),
  },
  {
    title: "an unknown note that is not there",
    outcome: "holds",
    history: () => whole(begun().note("unknown")),
  },
  {
    title: "an unknown note that is there, on all",
    outcome: "holds",
    history: () => whole(begun().note("unknown", true)),
  },
  {
    title: "an acknowledged note that is on no member",
    outcome: "broken",
    why: /^api-1\/12 was acknowledged and is not there on mysql-0, and 2 more/,
    history: () => whole(begun().note("acknowledged", false)),
  },
  {
    title: "an acknowledged note that one member lacks",
    outcome: "broken",
    why: /sql-1\/11 was acknowledged and is not there on mysql-2/,
    history: () =>
      begun()
        .notesEnd()
        .read({ "mysql-2": { sessions: { "api-1": "1-11", "sql-1": "1-10" } } }),
  },
  {
    title: "a note that is there twice",
    outcome: "broken",
    why: /api-1\/2 is there more than once on mysql-1/,
    history: () =>
      begun()
        .notesEnd()
        .read({ "mysql-1": { sessions: { "api-1": "1-2,2-11", "sql-1": "1-11" } } }),
  },
  {
    title: "an unknown note that is there twice",
    outcome: "broken",
    why: /api-1\/12 is there more than once/,
    history: () =>
      begun()
        .note("unknown", true)
        .notesEnd()
        .read({ "mysql-1": { sessions: { "api-1": "1-12,12", "sql-1": "1-11" } } }),
  },
  {
    title: "a refused note that is there",
    outcome: "broken",
    why: /api-1\/12 was refused and is there/,
    history: () => whole(begun().note("refused", true)),
  },
  {
    title: "a note that nobody sent",
    outcome: "broken",
    why: /api-1\/12, which nobody sent, is there on mysql-0/,
    history: () =>
      begun()
        .notesEnd()
        .read({ "mysql-0": { sessions: { "api-1": "1-12", "sql-1": "1-11" } } }),
  },
  {
    title: "a session that nobody began",
    outcome: "broken",
    why: /api-9\/1, which nobody sent/,
    history: () =>
      begun()
        .notesEnd()
        .read({
          "mysql-0": { sessions: { "api-1": "1-11", "sql-1": "1-11", "api-9": "1" } },
        }),
  },
  {
    title: "a row that no session can have sent",
    outcome: "broken",
    why: /run\/x, which nobody sent/,
    history: () =>
      begun()
        .notesEnd()
        .read({ "mysql-0": { strangers: ["run/x"] } }),
  },
  {
    title: "two notes of a session in another order",
    outcome: "broken",
    why: /api-1\/2 comes after api-1\/3/,
    history: () =>
      begun()
        .notesEnd()
        .read({ "mysql-1": { sessions: { "api-1": "1,3,2,4-11", "sql-1": "1-11" } } }),
  },
  {
    title: "an unknown note that is there after what its session wrote later, on all",
    outcome: "holds",
    history: () => {
      const sessions = { "api-1": "1-11,13,12,14", "sql-1": "1-13" };
      const late = { "mysql-0": { sessions }, "mysql-1": { sessions }, "mysql-2": { sessions } };
      return begun().note("unknown", true).notes(4).notesEnd().read(late);
    },
  },
  {
    title: "the same notes in other rows",
    outcome: "broken",
    why: /mysql-0 and mysql-2 do not have the same rows/,
    history: () =>
      begun()
        .notesEnd()
        .read({ "mysql-2": { digest: "other" } }),
  },
  {
    title: "a list of rows that is cut in the middle",
    outcome: "broken",
    why: /cannot be read/,
    history: () =>
      begun()
        .notesEnd()
        .read({ "mysql-2": { sessions: { "api-1": "1-", "sql-1": "1-11" } } }),
  },
  {
    title: "no write for longer than that, as the writer stood still",
    outcome: "unknown",
    why: /writer stood still in the time without a write/,
    history: () => whole(stalled(1_500)),
  },
  {
    title:
      "no write for longer than that, and the writer stood still for less than it was too long",
    outcome: "broken",
    why: /no write was accepted for 11000 ms/,
    history: () => whole(stalled(900)),
  },
  {
    title: "a fault done twice, each time within its limit",
    outcome: "holds",
    history: () => whole(twice(9_000, 9_000)),
  },
  {
    title: "a fault done twice, the first time for too long",
    outcome: "broken",
    why: /no write was accepted for 11000 ms in server-killed/,
    history: () => whole(twice(11_000, 1_000)),
  },
  {
    title: "a fault done twice, the second time for too long",
    outcome: "broken",
    why: /no write was accepted for 11000 ms in server-killed/,
    history: () => whole(twice(1_000, 11_000)),
  },
  {
    title: "a fault that was to be done twice and was done once",
    outcome: "unknown",
    why: /^server-killed was not seen to begin and to end, as often as planned/,
    history: () => whole(twice(1_000, 1_000).without("database-fault-ended", 1)),
  },
  {
    title: "no write for as long as the limit allows",
    outcome: "holds",
    history: () => whole(new DatabaseHistory().notes(10).fault("server-killed", 10_000).notes(10)),
  },
  {
    title: "no write for longer than that",
    outcome: "broken",
    why: /no write was accepted for 10001 ms in server-killed; the limit is 10000 ms/,
    history: () => whole(new DatabaseHistory().notes(10).fault("server-killed", 10_001).notes(10)),
  },
  {
    title: "a full stop, which has no limit",
    outcome: "holds",
    history: () =>
      whole(
        new DatabaseHistory(["all-servers-killed"])
          .notes(10)
          .fault("all-servers-killed", 60_000)
          .notes(10),
      ),
  },
  {
    title: "a lost note outranks a fault that was not seen",
    outcome: "broken",
    why: /was acknowledged and is not there/,
    history: () => whole(new DatabaseHistory().notes(30).note("acknowledged", false)),
  },
  {
    title: "a line of the ledger that was lost",
    outcome: "unknown",
    why: /23 notes were sent and 22 answered; 22 and 22 are written down/,
    history: () => begun().notesEnd({ sent: 23 }).read(),
  },
  {
    title: "a note of which nothing was told",
    outcome: "unknown",
    why: /1 notes were sent and nothing was told of them/,
    history: () => whole(begun()).without("note-answered", 3),
  },
  {
    title: "an answer to a note that was not sent",
    outcome: "unknown",
    why: /1 answers to notes that were not sent/,
    history: () => whole(begun()).without("note-sent", 3),
  },
  {
    title: "a ledger without its end",
    outcome: "unknown",
    why: /the notes ended 0 times/,
    history: () => begun().read(),
  },
  {
    title: "a member that was not read",
    outcome: "unknown",
    why: /2 times a member was read, 2 of 3 members/,
    history: () => whole(begun()).without("notes-read", 1),
  },
  {
    title: "one member read in the place of another",
    outcome: "unknown",
    why: /3 times a member was read, 2 of 3 members/,
    history: () =>
      begun()
        .notesEnd()
        .read({ "mysql-1": { pod: "mysql-0" } }),
  },
  {
    title: "fewer notes than were asked for",
    outcome: "unknown",
    why: /22 of 23 notes were acknowledged/,
    history: () =>
      whole(new DatabaseHistory(["server-killed"], 23).notes(10).fault("server-killed").notes(10)),
  },
  {
    title: "a fault that was not seen to end",
    outcome: "unknown",
    why: /server-killed was not seen to begin and to end, as often as planned/,
    history: () => whole(begun()).without("database-fault-ended"),
  },
  {
    title: "a fault that was made twice",
    outcome: "unknown",
    why: /server-killed was not seen to begin and to end, as often as planned/,
    history: () => whole(begun().fault("server-killed")),
  },
  {
    title: "a database to which nothing was done",
    outcome: "unknown",
    why: /nothing was done to the database/,
    history: () => whole(new DatabaseHistory([]).notes(22)),
  },
];

for (const { title, outcome, why, history } of rows)
  test(`${outcome}: ${title}`, () => {
    const [judged] = verify(history().end(), [noAcknowledgedWriteLost]);
    const verdict = judged?.verdict;
    assert.equal(verdict?.outcome, outcome, JSON.stringify(verdict).slice(0, 300));
    if (why !== undefined) assert.match(verdict && "why" in verdict ? verdict.why : "", why);
    if (verdict?.outcome === "broken") assert.ok(verdict.witness.length > 0);
  });

test("nothing acknowledged by one of the two ways is not enough", () => {
  const history = whole(begun())
    .end()
    .map((event) => (event.kind === "note-sent" ? { ...event, way: "api" as const } : event));
  const [judged] = verify(history, [noAcknowledgedWriteLost]);
  assert.match(JSON.stringify(judged?.verdict), /nothing was acknowledged by way of sql/);
});

test("two answers to one note do not stand for one to another", () => {
  const history = whole(begun())
    .end()
    .map((event) =>
      event.kind === "note-answered" && event.session === "api-1" && event.seq === 2
        ? { ...event, seq: 1 }
        : event,
    );
  const [judged] = verify(history, [noAcknowledgedWriteLost]);
  assert.equal(judged?.verdict.outcome, "unknown");
  assert.match(JSON.stringify(judged?.verdict), /1 notes were sent and nothing was told of them/);
});
