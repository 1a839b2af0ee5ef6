import assert from "node:assert/strict";
import { test } from "node:test";
import type { Outcome } from "@svclab/contracts";
import { DatabaseHistory } from "../history/database-history.ts";
import { verify } from "../verify/verify.ts";
import { primaryServiceFollowsThePrimary } from "./primary-service-follows-the-primary.ts";

const service = "mysql-primary";
const pods = ["mysql-0", "mysql-1", "mysql-2"].map((name) => ({
  ...{ podUid: `uid of ${name}`, name, ip: "10.0.0.1", node: "n1", ready: true },
  ...{ terminating: false, containerId: null },
}));
const noneReady = { kind: "pods-seen", pods: pods.map((pod) => ({ ...pod, ready: false })) };
const endpoint = (pod: string, ready = true) => ({
  ...{ podUid: `uid of ${pod}`, ip: "10.0.0.1", node: "n1", ready, serving: ready },
  terminating: false,
});

/** mysql-0 leads, and the Service leads to it. */
const led = () =>
  new DatabaseHistory()
    .fact({ kind: "pods-seen", pods })
    .fact({ kind: "endpoints-seen", service, endpoints: [endpoint("mysql-0")] })
    .fact(seen("mysql-0", "PRIMARY"))
    .wait(10_000);

const seen = (pod: string, role: string) => ({
  ...{ kind: "member-seen", pod, role, state: "ONLINE", serverUuid: `server of ${pod}` },
});
const leadsTo = (...names: string[]) => ({
  ...{ kind: "endpoints-seen", service, endpoints: names.map((name) => endpoint(name)) },
});
const elected = (history: DatabaseHistory, pod = "mysql-1") => history.fact(seen(pod, "PRIMARY"));
const stoodStill = (forMs: number) =>
  elected(led())
    .wait(200)
    .fact(leadsTo("mysql-1"))
    .wait(2_000)
    .fact({ kind: "blind", forMs, why: "it stood still", late: true })
    .wait(5_000);

const rows: readonly {
  readonly title: string;
  readonly outcome: Outcome;
  readonly why?: RegExp;
  readonly history: () => DatabaseHistory;
}[] = [
  {
    title: "it leads to the elected at once",
    outcome: "holds",
    history: () => elected(led()).wait(200).fact(leadsTo("mysql-1")).wait(10_000),
  },
  {
    title: "the first primary is seen before the Pods are",
    outcome: "holds",
    history: () => {
      const late = new DatabaseHistory()
        .fact(leadsTo("mysql-0"))
        .fact(seen("mysql-0", "PRIMARY"))
        .fact({ kind: "pods-seen", pods: [] })
        .wait(10)
        .fact({ kind: "pods-seen", pods });
      return elected(late.wait(10_000)).wait(200).fact(leadsTo("mysql-1")).wait(10_000);
    },
  },
  {
    title: "it led there already when the election was seen",
    outcome: "holds",
    history: () => elected(led().fact(leadsTo("mysql-1")).wait(50)).wait(10_000),
  },
  {
    title: "it leads there just in time",
    outcome: "holds",
    history: () => elected(led()).wait(2_500).fact(leadsTo("mysql-1")).wait(10_000),
  },
  {
    title: "it leads nowhere while the primary's own Pod is not ready",
    outcome: "holds",
    history: () =>
      elected(led())
        .wait(200)
        .fact(leadsTo("mysql-1"))
        .wait(5_000)
        .fact({ kind: "endpoints-seen", service, endpoints: [endpoint("mysql-1", false)] })
        .wait(5_000),
  },
  {
    title: "an old one says for a moment that it leads",
    outcome: "holds",
    history: () =>
      elected(led())
        .wait(200)
        .fact(leadsTo("mysql-1"))
        .wait(10_000)
        .fact(seen("mysql-0", "PRIMARY"))
        .wait(1_000)
        .fact({ ...seen("mysql-0", "PRIMARY"), state: "ERROR" })
        .wait(10_000),
  },
  {
    title: "an old one that was silent says for seconds what it said before",
    outcome: "holds",
    history: () =>
      elected(led().fact({ ...seen("mysql-0", "PRIMARY"), state: null, role: null }))
        .wait(200)
        .fact(leadsTo("mysql-1"))
        .wait(10_000)
        .fact(seen("mysql-0", "PRIMARY"))
        .wait(3_000)
        .fact({ ...seen("mysql-0", "PRIMARY"), state: "OFFLINE", role: null })
        .wait(10_000),
  },
  {
    title: "it leads there too late",
    outcome: "broken",
    why: /2500 ms after mysql-1 was elected/,
    history: () => elected(led()).wait(2_501).fact(leadsTo("mysql-1")).wait(10_000),
  },
  {
    title: "it never leads there",
    outcome: "broken",
    why: /2500 ms after mysql-1 was elected/,
    history: () => elected(led()).wait(10_000),
  },
  {
    title: "it leads to the old one as well",
    outcome: "broken",
    why: /did not lead to it alone/,
    history: () => elected(led()).wait(200).fact(leadsTo("mysql-0", "mysql-1")).wait(10_000),
  },
  {
    title: "it goes back to another while the elected leads",
    outcome: "broken",
    why: /led to another than mysql-1/,
    history: () =>
      elected(led())
        .wait(200)
        .fact(leadsTo("mysql-1"))
        .wait(5_000)
        .fact(leadsTo("mysql-0", "mysql-1"))
        .wait(5_000),
  },
  {
    title: "it goes back to another just before its time is over, and stays there",
    outcome: "broken",
    why: /led to another than mysql-1/,
    history: () =>
      elected(led())
        .wait(200)
        .fact(leadsTo("mysql-1"))
        .wait(600)
        .fact(leadsTo("mysql-0"))
        .wait(10_000),
  },
  {
    title: "the elected is not ready for a while, as after a full stop",
    outcome: "holds",
    history: () =>
      elected(led().fact(noneReady))
        .fact({ kind: "endpoints-seen", service, endpoints: [] })
        .wait(3_000)
        .fact({ kind: "pods-seen", pods })
        .wait(200)
        .fact(leadsTo("mysql-1"))
        .wait(10_000),
  },
  {
    title: "it leads too late to an elected that was not ready for a while",
    outcome: "broken",
    why: /2500 ms after mysql-1 was elected/,
    history: () =>
      elected(led().fact(noneReady))
        .wait(3_000)
        .fact({ kind: "pods-seen", pods })
        .wait(2_501)
        .fact(leadsTo("mysql-1"))
        .wait(10_000),
  },
  {
    title: "it never leads there, and the watch was blind meanwhile",
    outcome: "unknown",
    why: /watch saw nothing for 300 ms/,
    history: () =>
      elected(led()).wait(2_000).fact({ kind: "blind", forMs: 300, why: "cut" }).wait(10_000),
  },
  {
    title: "nobody else was elected",
    outcome: "unknown",
    why: /no change of primary was seen/,
    history: () => led(),
  },
  {
    title: "the elected led for too short a time",
    outcome: "unknown",
    why: /no primary led for long enough/,
    history: () => elected(led()).wait(1_000),
  },
  {
    title: "the watch was blind meanwhile",
    outcome: "unknown",
    why: /saw nothing for 900 ms/,
    history: () =>
      elected(led())
        .wait(200)
        .fact(leadsTo("mysql-1"))
        .wait(2_000)
        .fact({ kind: "blind", forMs: 900, why: "the watch ended" })
        .wait(5_000),
  },
  {
    title: "the watch stood still for less than a fifth of the limit",
    outcome: "holds",
    history: () => stoodStill(490),
  },
  {
    title: "the watch stood still for longer",
    outcome: "unknown",
    why: /saw nothing for 501 ms/,
    history: () => stoodStill(501),
  },
];

for (const { title, outcome, why, history } of rows)
  test(`${outcome}: ${title}`, () => {
    const [judged] = verify(history().end(), [primaryServiceFollowsThePrimary]);
    const verdict = judged?.verdict;
    assert.equal(verdict?.outcome, outcome, JSON.stringify(verdict).slice(0, 300));
    if (why !== undefined) assert.match(verdict && "why" in verdict ? verdict.why : "", why);
    if (verdict?.outcome === "broken") assert.ok(verdict.witness.length > 0);
  });
