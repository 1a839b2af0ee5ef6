/// <reference path="./jstat.d.ts" />
import jStat from "jstat";

/** A chi-squared test's result. `p`: how often chance alone does at least this. */
export interface Test {
  readonly statistic: number;
  readonly degrees: number;
  readonly p: number;
}

/** Pearson's goodness of fit of counts to equal shares. */
export function evenness(counts: readonly number[]): Test {
  return fit(
    counts,
    counts.map(() => 1),
  );
}

/** Pearson's goodness of fit of counts to shares that are as these weights; none may be 0. */
export function fit(counts: readonly number[], weights: readonly number[]): Test {
  const each = sum(counts) / sum(weights);
  const expected = weights.map((weight) => weight * each);
  const statistic = sum(
    counts.map((count, at) => (count - (expected[at] ?? 0)) ** 2 / (expected[at] ?? 0)),
  );
  return result(statistic, counts.length - 1);
}

/**
 * Pearson's test that rows and columns of a table of counts are independent. Empty rows and
 * columns say nothing and are left out, of the degrees of freedom too.
 */
export function independence(table: readonly (readonly number[])[]): Test {
  const rows = table.map(sum);
  const columns = (table[0] ?? []).map((_, at) => sum(table.map((row) => row[at] ?? 0)));
  const total = sum(rows);
  let statistic = 0;
  for (const [r, row] of table.entries()) {
    for (const [c, count] of row.entries()) {
      const expected = ((rows[r] ?? 0) * (columns[c] ?? 0)) / total;
      if (expected > 0) statistic += (count - expected) ** 2 / expected;
    }
  }
  const filled = (sums: readonly number[]) => sums.filter((s) => s > 0).length;
  return result(statistic, Math.max(0, filled(rows) - 1) * Math.max(0, filled(columns) - 1));
}

/** Independent tests as one: their statistics and their degrees of freedom add up. */
export function together(tests: readonly Test[]): Test {
  return result(sum(tests.map((t) => t.statistic)), sum(tests.map((t) => t.degrees)));
}

/** What must be known before a spread is measured. Shares of 1. */
export interface Plan {
  readonly pods: number;
  /** One Pod's share is off by this part of an even share; the others make it up equally. */
  readonly skew: number;
  readonly alpha: number;
  readonly power: number;
}

/** Connections needed for evenness() to find the plan's skew with the plan's power. */
export function connectionsToFindSkew({ pods, skew, alpha, power }: Plan): number {
  // With p0 = 1/pods: sum of (p - p0)^2 / p0 over the Pods = skew^2 / (pods - 1).
  const effect = skew ** 2 / (pods - 1);
  return Math.ceil(noncentrality(pods - 1, alpha, power) / effect);
}

/** Connections after which each of the Pods was met, but for this chance of missing one. */
export function connectionsToMeetAll(pods: number, chance: number): number {
  return pods < 2 ? 1 : Math.ceil(Math.log(chance / pods) / Math.log(1 - 1 / pods));
}

/** Chance of so many or fewer in so many independent tries, each with the same chance. */
export function atMost(found: number, tries: number, chance: number): number {
  if (found >= tries) return 1;
  // jStat's own sum is 0 for what is below 1e-10.
  const each = Array.from({ length: found + 1 }, (_, at) => jStat.binomial.pdf(at, tries, chance));
  return sum(each);
}

/** The greatest chance of a loss that goes with none in so many tries, at this confidence. */
export function boundOfNone(tries: number, confidence: number): number {
  return tries === 0 ? 1 : 1 - (1 - confidence) ** (1 / tries);
}

/**
 * Chance that a chi-squared test rejects, given the noncentrality of what it looks at. The
 * noncentral distribution is a Poisson mixture of central ones (Johnson, Kotz, Balakrishnan,
 * Continuous Univariate Distributions 2, 29.3).
 */
export function powerOf(noncentral: number, degrees: number, alpha: number): number {
  const critical = jStat.chisquare.inv(1 - alpha, degrees);
  const half = noncentral / 2;
  // Terms past ten standard deviations of the Poisson weight are below 1e-20.
  const last = Math.ceil(half + 10 * Math.sqrt(half) + 20);
  let logWeight = -half;
  let accepted = 0;
  for (let j = 0; j <= last; j++) {
    accepted += Math.exp(logWeight) * jStat.chisquare.cdf(critical, degrees + 2 * j);
    logWeight += Math.log(half) - Math.log(j + 1);
  }
  return 1 - accepted;
}

function noncentrality(degrees: number, alpha: number, power: number): number {
  let low = 1e-9;
  let high = 1;
  while (powerOf(high, degrees, alpha) < power) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (powerOf(middle, degrees, alpha) < power) low = middle;
    else high = middle;
  }
  return high;
}

function result(statistic: number, degrees: number): Test {
  const p = degrees === 0 ? 1 : 1 - jStat.chisquare.cdf(statistic, degrees);
  return { statistic, degrees, p: Math.min(1, Math.max(0, p)) };
}

/** The middle value, the mean of the two middle ones; null of nothing. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return upper === undefined || lower === undefined ? null : (upper + lower) / 2;
}

/** A quantile of what was measured, and between what it lies; null: not bounded on that side. */
export interface Quantile {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * A quantile by the nearest rank, with the interval between two order statistics that holds it at a
 * confidence whatever the distribution is (David, Nagaraja, Order Statistics, 7.1); null of nothing.
 */
export function quantile(
  values: readonly number[],
  share: number,
  confidence: number,
): Quantile | null {
  const sorted = values.toSorted((a, b) => a - b);
  const tries = sorted.length;
  const value = sorted[Math.max(0, Math.ceil(share * tries) - 1)];
  if (value === undefined) return null;
  const each = (1 - confidence) / 2;
  const below = Array.from({ length: tries }, (_, at) => atMost(at, tries, share));
  const low = below.filter((chance) => chance <= each).length;
  const high = below.findIndex((chance) => 1 - chance <= each);
  return { value, low: sorted[low - 1] ?? null, high: sorted[high] ?? null };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
