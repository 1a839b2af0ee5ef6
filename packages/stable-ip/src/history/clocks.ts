import type { EventOf } from "@svclab/contracts";
import type { History } from "../claim.ts";

/** Every judge counts on this recorder's clock: it saw the Pods. */
export const referenceRecorder = "watch";

/** A recorder's clock minus the reference's, ms, and the half width of what is possible. */
export interface Offset {
  readonly offsetMs: number;
  readonly uncertaintyMs: number;
}

interface Range {
  readonly lowMs: number;
  readonly highMs: number;
}

/** The offset of every recorder that was compared with the reference, directly or in steps. */
export function offsets(history: History): ReadonlyMap<string, Offset> {
  const known = new Map<string, Offset>([[referenceRecorder, { offsetMs: 0, uncertaintyMs: 0 }]]);
  const pairs = comparedPairs(history);
  for (const [near, origin] of known) {
    for (const [far, ranges] of pairs.get(near) ?? []) {
      if (known.has(far)) continue;
      const { lowMs, highMs } = agree(ranges);
      known.set(far, {
        offsetMs: origin.offsetMs + (lowMs + highMs) / 2,
        uncertaintyMs: origin.uncertaintyMs + (highMs - lowMs) / 2,
      });
    }
  }
  return known;
}

/**
 * Each measurement holds the truth as it was then. Where all agree, the truth is in what they
 * share; where they do not, the clocks drifted, and it moved within what they span.
 */
function agree(ranges: readonly Range[]): Range {
  const lows = ranges.map((range) => range.lowMs);
  const highs = ranges.map((range) => range.highMs);
  const shared = { lowMs: Math.max(...lows), highMs: Math.min(...highs) };
  if (shared.lowMs <= shared.highMs) return shared;
  return { lowMs: Math.min(...lows), highMs: Math.max(...highs) };
}

function comparedPairs(history: History): Map<string, Map<string, Range[]>> {
  const pairs = new Map<string, Map<string, Range[]>>();
  const add = (near: string, far: string, range: Range) => {
    const ofNear = pairs.get(near) ?? new Map<string, Range[]>();
    pairs.set(near, ofNear.set(far, [...(ofNear.get(far) ?? []), range]));
  };
  for (const clock of history.filter(
    (event): event is EventOf<"clock"> => event.kind === "clock",
  )) {
    const lowMs = clock.offsetMs - clock.uncertaintyMs;
    const highMs = clock.offsetMs + clock.uncertaintyMs;
    add(clock.from, clock.recorder, { lowMs, highMs });
    add(clock.recorder, clock.from, { lowMs: -highMs, highMs: -lowMs });
  }
  return pairs;
}
