import type { Judged, Report } from "@svclab/contracts";
import { oneLine } from "./figures.ts";
import { escapeMarkup } from "./markup.ts";

/**
 * JUnit XML, as CI systems read it, with a suite for each report: broken is a failure, unknown is an
 * error. Source: https://github.com/testmoapp/junitxml
 */
export function toJUnit(reports: readonly Report[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<testsuites>",
    ...reports.flatMap(testSuite),
    "</testsuites>",
    "",
  ].join("\n");
}

function testSuite(told: Report): string[] {
  const count = (outcome: string) =>
    told.claims.filter((one) => one.verdict.outcome === outcome).length;
  const totals = [
    `tests="${told.claims.length}"`,
    `failures="${count("broken")}"`,
    `errors="${count("unknown")}"`,
    `skipped="${count("skipped")}"`,
    `time="${((told.endedMs - told.beganMs) / 1000).toFixed(3)}"`,
    `timestamp="${new Date(told.beganMs).toISOString()}"`,
  ].join(" ");
  return [
    `  <testsuite name="svclab ${escapeMarkup(told.run)}" ${totals}>`,
    ...told.claims.map(testCase),
    "  </testsuite>",
  ];
}

function testCase(judged: Judged): string {
  const open = `    <testcase classname="svclab.claims" name="${escapeMarkup(judged.id)}">`;
  return `${open}${inside(judged)}</testcase>`;
}

function inside({ statement, verdict }: Judged): string {
  switch (verdict.outcome) {
    case "holds":
      return `<system-out>${escapeMarkup(oneLine(verdict.measured))}</system-out>`;
    case "broken": {
      const proof = [statement, oneLine(verdict.measured), ...verdict.witness.map(asJson)];
      return `<failure message="${escapeMarkup(verdict.why)}">${escapeMarkup(proof.join("\n"))}</failure>`;
    }
    case "unknown":
      return `<error message="${escapeMarkup(verdict.why)}">${escapeMarkup(oneLine(verdict.measured))}</error>`;
    case "skipped":
      return `<skipped message="missing: ${escapeMarkup(verdict.missing.join(", "))}"/>`;
  }
}

function asJson(value: unknown): string {
  return JSON.stringify(value);
}
