import type { Load, Spread } from "./spread.ts";
import { evenness, independence, type Test, together } from "./statistics.ts";

/** The three ways in which a spread can be uneven, each tested at the same alpha. */
export interface Draws {
  /** All connections over the Pods. */
  readonly even: Test;
  /** Nodes by Pods: whether each node spreads as the others do. */
  readonly sameFromNodes: Test;
  /** A Pod by the Pod before it, in pairs of successive connections that share none. */
  readonly order: Test;
}

/** `given`: connections more at each Pod than were answered, of each load; see bothWays(). */
function drawsOf(spread: Spread, given: readonly (readonly number[])[]): Draws {
  const table = spread.loads.map((load, row) => add(load.counts, given[row] ?? []));
  const totals = spread.pods.map((_, at) => table.reduce((sum, row) => sum + (row[at] ?? 0), 0));
  return {
    even: evenness(totals),
    sameFromNodes: independence(table),
    order: together(spread.loads.map((load) => independence(pairs(spread, load)))),
  };
}

/**
 * Whom the unanswered connections had gone to is not known. What is judged must come out the
 * same if they all made the spread more even, and if they all made it less. The order is that of
 * the answered ones.
 */
export function bothWays(spread: Spread): { kindest: Draws; harshest: Draws } {
  return {
    kindest: drawsOf(
      spread,
      spread.loads.map((load) => levelled(load.counts, load.unanswered)),
    ),
    harshest: drawsOf(
      spread,
      spread.loads.map((load) => heaped(spread, load)),
    ),
  };
}

function levelled(counts: readonly number[], unanswered: number): number[] {
  const given = counts.map(() => 0);
  for (let left = unanswered; left > 0; left--) {
    const now = add(counts, given);
    const least = now.indexOf(Math.min(...now));
    given[least] = (given[least] ?? 0) + 1;
  }
  return given;
}

function heaped(spread: Spread, load: Load): number[] {
  const totals = spread.pods.map((_, at) =>
    spread.loads.reduce((sum, one) => sum + (one.counts[at] ?? 0), 0),
  );
  const most = totals.indexOf(Math.max(...totals));
  return load.counts.map((_, at) => (at === most ? load.unanswered : 0));
}

function pairs(spread: Spread, load: Load): number[][] {
  const at = new Map(spread.pods.map((pod, index) => [pod.podUid, index]));
  const table = spread.pods.map(() => spread.pods.map(() => 0));
  for (let first = 0; first + 1 < load.answers.length; first += 2) {
    const row = table[at.get(load.answers[first]?.podUid ?? "") ?? -1];
    const column = at.get(load.answers[first + 1]?.podUid ?? "");
    if (row !== undefined && column !== undefined) row[column] = (row[column] ?? 0) + 1;
  }
  return table;
}

function add(counts: readonly number[], given: readonly number[]): number[] {
  return counts.map((count, at) => count + (given[at] ?? 0));
}
