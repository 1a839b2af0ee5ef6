import { ToolError } from "@svclab/contracts";

/** First and last number of a run of transactions, both in it. */
type Interval = readonly [number, number];

/**
 * A set of transactions, by the series they are numbered in: a server's UUID, with `:tag` where
 * there is one. Intervals are sorted and do not touch.
 * Source: MySQL 9.7 manual, "GTID Format and Storage".
 */
export type GtidSet = ReadonlyMap<string, readonly Interval[]>;

/** @throws ToolError gtid-set-bad */
export function parseGtidSet(text: string): GtidSet {
  const found = new Map<string, Interval[]>();
  for (const part of text.split(",").map((each) => each.trim())) {
    if (part === "") continue;
    const [uuid = "", ...rest] = part.toLowerCase().split(":");
    let series = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid) ? uuid : bad(text);
    if (rest.length === 0) bad(text);
    for (const word of rest.map((each) => each.trim())) {
      if (/^[a-z_][a-z0-9_]*$/.test(word)) series = `${uuid}:${word}`;
      else found.set(series, [...(found.get(series) ?? []), intervalOf(word, text)]);
    }
  }
  return new Map([...found].map(([series, intervals]) => [series, joined(intervals)]));
}

export function formatGtidSet(set: GtidSet): string {
  return [...set]
    .filter(([, intervals]) => intervals.length > 0)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([series, intervals]) => [series, ...intervals.map(written)].join(":"))
    .join(",");
}

export function union(one: GtidSet, other: GtidSet): GtidSet {
  const all = new Map(one);
  for (const [series, intervals] of other)
    all.set(series, joined([...(all.get(series) ?? []), ...intervals]));
  return all;
}

/** What `from` has and `without` has not. */
export function minus(from: GtidSet, without: GtidSet): GtidSet {
  const left = [...from].map(([series, intervals]) => {
    const taken = without.get(series) ?? [];
    return [series, intervals.flatMap((interval) => cut(interval, taken))] as const;
  });
  return new Map(left.filter(([, intervals]) => intervals.length > 0));
}

export function includes(whole: GtidSet, part: GtidSet): boolean {
  return minus(part, whole).size === 0;
}

/** The transactions that are numbered by this UUID, whatever their tag. */
export function onlyFrom(set: GtidSet, uuid: string): GtidSet {
  return new Map([...set].filter(([series]) => series.split(":")[0] === uuid.toLowerCase()));
}

export function countOf(set: GtidSet): number {
  return [...set.values()].flat().reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

function intervalOf(word: string, text: string): Interval {
  const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(word) ?? bad(text);
  const interval: Interval = [Number(first), Number(last ?? first)];
  return interval[0] >= 1 && interval[1] >= interval[0] ? interval : bad(text);
}

function joined(intervals: readonly Interval[]): Interval[] {
  const all: [number, number][] = [];
  for (const [first, last] of [...intervals].sort(([one], [other]) => one - other)) {
    const before = all.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else all.push([first, last]);
  }
  return all;
}

function cut([first, last]: Interval, taken: readonly Interval[]): Interval[] {
  const left: Interval[] = [];
  let from = first;
  for (const [start, end] of taken) {
    if (end < from || start > last) continue;
    if (start > from) left.push([from, start - 1]);
    from = end + 1;
  }
  return from <= last ? [...left, [from, last]] : left;
}

function written([first, last]: Interval): string {
  return first === last ? `${first}` : `${first}-${last}`;
}

function bad(text: string): never {
  throw new ToolError({
    code: "gtid-set-bad",
    expected: "a set of transactions such as 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:7",
    found: text,
    todo: "look at gtid_executed on the server that it came from",
  });
}
