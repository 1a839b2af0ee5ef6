import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FaultKind, type Judged, Report, ToolError } from "@svclab/contracts";
import { clusterIpAnswersThroughKill } from "../claims/cluster-ip-answers-through-kill.ts";
import { claims } from "../claims/index.ts";
import { wholeRun } from "../history/whole-run.ts";
import { limits } from "../limits.ts";
import { verify } from "../verify/verify.ts";
import { number } from "./figures.ts";
import { report, toJson } from "./report.ts";
import { toHtml } from "./to-html.ts";
import { toJUnit } from "./to-junit.ts";
import { toText } from "./to-text.ts";

/** Of many requests, for one claim, which has tests of its own. */
const long: FaultKind = "delete-many";
const everything = {
  ...clusterIpAnswersThroughKill,
  faults: FaultKind.options.filter((fault) => fault !== long),
};
const shown = claims.filter(({ faults }) => !faults.includes(long));
const parts = { kubernetes: "1.37.0", lane: '<built> & "labelled"' };

const good = wholeRun(everything);
const bad = wholeRun(everything, {
  violation: "<lying> readiness",
  claims: shown.map((claim) => claim.id).filter((id) => id !== "pod-ips-do-change"),
  probe: ({ path }) => (path === "cluster-ip/new@worker" ? { why: "refused" } : null),
  pick: () => "timeout",
});

const reports = new Map(
  [good, bad].map((history) => [history, report(history, verify(history, shown), parts)]),
);
function told(history: typeof good) {
  return reports.get(history) ?? assert.fail();
}

describe("a report", () => {
  it("fits its schema and comes back from its JSON", () => {
    assert.deepEqual(Report.parse(JSON.parse(toJson(told(bad)))), told(bad));
  });

  it("names the last fault inside the picture", () => {
    const html = toHtml(told(good), good);
    assert.match(html, /<text x="900" y="\d+" text-anchor="end">recreate-load-balancer<\/text>/);
    assert.match(html, /<text x="\d+\.\d" y="\d+">sigkill-each<\/text>/);
  });

  it("covers no fault's name, neither by another fault nor by another name", () => {
    const [chart = ""] =
      /<svg viewBox="0 0 900[\s\S]*?<\/svg>/.exec(toHtml(told(good), good)) ?? [];
    const label = /<text x="([\d.]+)" y="(\d+)"( text-anchor="end")?>([a-z-]+)<\/text>/g;
    const labels = [...chart.matchAll(label)].map(([, x, y, atEnd, text = ""]) => {
      const wide = text.length * 7;
      const from = Number(x) - (atEnd === undefined ? 0 : wide);
      return { text, y: Number(y), from, to: from + wide };
    });
    assert.equal(labels.length, everything.faults.length);
    assert.ok(chart.lastIndexOf('class="fault"') < chart.indexOf("<text"));
    for (const one of labels)
      for (const other of labels)
        if (one !== other && one.y === other.y)
          assert.ok(one.to <= other.from || other.to <= one.from, `${one.text}, ${other.text}`);
  });

  it("holds when every claim holds", () => {
    assert.equal(told(good).outcome, "holds", toText(told(good), { width: 200, colour: false }));
    assert.equal(told(bad).outcome, "broken");
  });

  it("counts the events of each kind", () => {
    assert.equal(told(good).events["pod-kill-sent"], 6);
  });

  it("of a history without its head is refused", () => {
    assert.throws(() => report(good.slice(1), [], {}), ToolError);
  });

  it("of a run without verdicts is unknown", () => {
    assert.equal(report(good, [], {}).outcome, "unknown");
  });
});

describe("the report as text", () => {
  const text = toText(told(bad), { width: 80, colour: false });

  it("has no line longer than the terminal is wide, and only ASCII", () => {
    for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
    assert.match(text, /^[\x20-\x7e\n]*$/);
  });

  it("names verdict and id on one line, and the reason and figures under it", () => {
    assert.match(text, /^broken {3}cluster-ip-answers-through-kill$/m);
    assert.match(text, /^ {9}\d+ requests were lost without a SIGKILL/m);
    assert.match(text, /^skipped {2}pod-ips-do-change$/m);
    assert.match(text, /^broken {3}20 holds, 4 broken, 4 unknown, 1 skipped\n$/m);
  });

  it("is coloured only when it may be", () => {
    assert.ok(!text.includes("\u001b"));
    assert.ok(toText(told(bad), { width: 80, colour: true }).includes("\u001b[31mbroken"));
  });
});

describe("lost requests in a report", () => {
  const { losses } = told(bad);
  const known = Object.entries(losses.causes);

  it("are told with a number for each cause", () => {
    const sum = known.reduce((all, [, count]) => all + count, losses.unexplained);
    assert.equal(sum, losses.lost);
    assert.ok(known.length >= 2 && losses.unexplained > 100, JSON.stringify(known));
    const text = toText(told(bad), { width: 80, colour: false });
    const html = toHtml(told(bad), bad);
    const total = `${number(losses.lost)} of ${number(losses.requests)} requests got no answer`;
    assert.ok(text.includes(total) && html.includes(total));
    assert.match(text, /\d+\s+refused before the slice changed/);
    assert.match(html, /<th scope="row">\d+<\/th><td>refused before the slice changed</);
  });

  it("are listed, the first of them, where nothing explains them", () => {
    const html = toHtml(told(bad), bad);
    assert.ok(
      html.includes(`100 events of ${number(losses.unexplained)} without a cause that was seen`),
    );
  });

  it("are not spoken of where no request was owed an answer", () => {
    const none = { ...told(good), losses: { ...losses, requests: 0 } };
    assert.doesNotMatch(toText(none, { width: 80, colour: false }), /got no answer/);
    assert.doesNotMatch(toHtml(none, good), /got no answer/);
  });
});

describe("the chance of a false alarm", () => {
  it("is that of all tests of chance in the claims that were judged, in words", () => {
    const tests = claims.reduce((sum, one) => sum + (one.tests ?? 0), 0);
    assert.ok(tests >= 7, `${tests}`);
    for (const { id, tests: own, limits: decided } of claims)
      assert.equal(own !== undefined, "alphaShare" in decided, id);
    assert.ok(Math.abs(told(good).falseAlarmShare - tests * limits.alphaShare) < 1e-12);
    const words = `by chance about ${tests} of 10,000 such runs call a cluster in order broken`;
    assert.ok(toHtml(told(good), good).includes(words));
    const text = toText(told(good), { width: 80, colour: false }).replace(/\s+/g, " ");
    assert.ok(text.includes(words), text);
  });

  it("is none where those claims were skipped, and nothing is said of it", () => {
    const skipped = told(good).claims.map((one) => {
      return { ...one, verdict: { outcome: "skipped", missing: ["two workers"] } } as Judged;
    });
    const none = report(good, skipped, {});
    assert.equal(none.falseAlarmShare, 0);
    assert.doesNotMatch(toText(none, { width: 80, colour: false }), /by chance/);
  });
});

describe("the report as JUnit XML", () => {
  const xml = toJUnit([told(bad)]);

  it("has one test case a claim, and counts them by outcome", () => {
    assert.equal(xml.match(/<testcase /g)?.length, shown.length);
    const broken = told(bad).claims.filter((one) => one.verdict.outcome === "broken").length;
    assert.ok(xml.includes(`failures="${broken}"`));
    assert.equal(xml.match(/<failure /g)?.length, broken);
    assert.equal(xml.match(/<skipped /g)?.length, 1);
  });

  it("has a suite for each report", () => {
    const both = toJUnit([told(bad), told(good)]);
    assert.equal(both.match(/<testsuite /g)?.length, 2);
    assert.equal(both.match(/<testsuites>/g)?.length, 1);
    assert.equal(both.match(/<testcase /g)?.length, 2 * shown.length);
  });

  it("closes what it opens and leaves no bare ampersand", () => {
    assert.equal(xml.match(/<testcase /g)?.length, xml.match(/<\/testcase>/g)?.length);
    assert.doesNotMatch(xml, /&(?!amp;|lt;|gt;|quot;|#39;)/);
  });
});

describe("the report as a page", () => {
  const page = toHtml(told(bad), bad);

  it("needs no other file, no script and no network", () => {
    assert.doesNotMatch(page, /<script|<link|<img|\ssrc=|@import|url\(/);
  });

  it("has one section a claim, anchored by its id", () => {
    for (const claim of shown) assert.ok(page.includes(`<section id="${claim.id}"`), claim.id);
  });

  it("shows the events that prove a broken claim", () => {
    assert.match(page, /<details><summary>5 events that prove it<\/summary>/);
  });

  it("escapes what it was given", () => {
    assert.ok(page.includes("&lt;lying&gt; readiness"));
    assert.ok(page.includes("&lt;built&gt; &amp; &quot;labelled&quot;"));
  });

  it("draws answers over time with faults and kills, and the spread by Pod", () => {
    const drawn = toHtml(told(good), good);
    assert.equal(drawn.match(/class="kill"/g)?.length, 6 * 3);
    assert.match(drawn, /<text [^>]*>delete-each<\/text>/);
    assert.equal(drawn.match(/class="bar"/g)?.length, 6 * 2);
  });
});
