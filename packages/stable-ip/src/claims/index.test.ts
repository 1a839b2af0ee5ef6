import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, it } from "node:test";
import { Event } from "@svclab/contracts";
import type { Need } from "../claim.ts";
import { lateOverEnd, type Row, testRows, without } from "../history/rows.ts";
import type { Ways } from "../history/ways.ts";
import { wholeRun } from "../history/whole-run.ts";
import { verify } from "../verify/verify.ts";
import { claims } from "./index.ts";

/** A world that lacks just this. */
const lacking = {
  "two-replicas": { replicas: 1 },
  "two-workers": { workers: ["worker"] },
  "node-addresses": { nodesReachable: false },
} as const satisfies Record<Need, Partial<Ways>>;

describe("the list of claims", () => {
  const stems = readdirSync(import.meta.dirname)
    .filter((file) => !file.endsWith(".test.ts") && file !== "index.ts")
    .map((file) => file.replace(/\.ts$/, ""));

  it("holds every file in this folder, and every id is its stem", () => {
    assert.deepEqual(claims.map((claim) => claim.id).toSorted(), stems.toSorted());
  });

  it("has a test beside every claim", () => {
    const tests = readdirSync(import.meta.dirname).filter((file) => file.endsWith(".test.ts"));
    for (const stem of stems) assert.ok(tests.includes(`${stem}.test.ts`), stem);
  });

  for (const claim of claims) {
    it(`${claim.id} is one sentence with MUST, with a source and violations of its own`, () => {
      assert.match(claim.statement, /^[A-Z].*\bMUST\b.*\.$/);
      assert.match(claim.source, /^https:\/\//);
      assert.ok(claim.violations.every((one) => one.name !== "" && one.text.endsWith(".")));
    });

    it(`${claim.id} is judged alike twice, and its history fits the schema`, () => {
      const history = wholeRun(claim);
      for (const event of history) Event.parse(event);
      assert.deepEqual(verify(history, [claim]), verify(structuredClone(history), [claim]));
    });
  }

  it("names every violation once", () => {
    const names = claims.flatMap((claim) => claim.violations.map((one) => one.name));
    assert.equal(new Set(names).size, names.length);
  });
});

/** What they count is not told by the time at which the watch saw it. */
const untimed = new Set([
  "cluster-ip-survives-pod-kill",
  "port-maps-to-target-port",
  "headless-has-no-ip-and-no-rules",
  "node-port-answers-on-every-node",
  "types-nest",
  "kept-connections-pin",
  "in-flight-requests-finish",
  "multi-port-needs-names",
  "cluster-ip-unique-in-range",
  "node-port-range-and-collisions-are-refused",
]);

for (const claim of claims) {
  const whole = wholeRun(claim);
  const rows: Row[] = [
    {
      title: "unknown when it is a control run",
      history: () => wholeRun(claim, { control: true }),
      why: /control run/,
    },
    {
      title: "unknown when the run did not finish",
      history: () => whole.map((e) => (e.kind === "run-ended" ? { ...e, complete: false } : e)),
      why: /did not finish/,
    },
    {
      title: "unknown when the history is cut off",
      history: () => whole.slice(0, -1),
      why: /ends before the run did/,
    },
    {
      title: "unknown when the head of the history is gone",
      history: () => whole.slice(1),
      why: /does not begin/,
    },
    { title: "unknown when there is no history", history: () => [], why: /does not begin/ },
    {
      title: "unknown when the Pods were never steady",
      history: () => without(whole, (event) => event.kind === "steady"),
      why: /never seen steady/,
    },
    {
      title: "unknown when the announced violation was not applied",
      history: () =>
        without(wholeRun(claim, { violation: "x" }), (event) => event.kind === "violation-applied"),
      why: /announced: x, applied: none/,
    },
    {
      title: "unknown when two runs are in one history",
      history: () => [...whole, ...whole],
      why: /two runs/,
    },
    {
      title: "unknown when the run's own clock was never compared with the watch's",
      history: () =>
        whole.map((event) => (event.kind === "steady" ? { ...event, from: "run" } : event)),
      why: /clock of run/,
    },
    untimed.has(claim.id)
      ? {
          title:
            "holds when the watch stood still over the end of the faults: nothing is timed by it",
          history: () => lateOverEnd(whole, "watch", 120_000),
        }
      : {
          title: "unknown when the watch stood still over the end of what is judged",
          history: () => lateOverEnd(whole, "watch", 120_000),
          why: /watch saw nothing for 120000 ms/,
        },
    {
      title: "skipped when the run was not asked for it",
      history: () => wholeRun(claim, { claims: ["another"] }),
    },
    ...claim.faults.map((fault) => ({
      title: `unknown when ${fault} did not end`,
      history: () => without(whole, (e) => e.kind === "fault-ended" && e.fault === fault),
      why: new RegExp(`${fault} was not seen`),
    })),
    ...(claim.faults.length === 0
      ? []
      : [
          {
            title: "unknown when its faults were left out for a mistake that shows nowhere",
            history: () => wholeRun(claim, { violation: "x", faults: [] }),
          },
          {
            title: "unknown when its faults were left out and no mistake was made",
            history: () => wholeRun(claim, { faults: [] }),
            why: /was not seen to begin and to end/,
          },
        ]),
    ...claim.needs.map((need) => ({
      title: `skipped when the world lacks ${need}`,
      history: () => wholeRun(claim, lacking[need]),
    })),
  ];
  testRows(claim, rows);
}
