import type { Clock } from "./clock.ts";

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** What happens at all happens after something else, so each look at the clock is a little later. */
const lookMs = 0.001;

/** For tests: time passes only while everybody sleeps, and then at once, to the first to wake. */
export function patientClock(): Clock {
  let nowMs = 1_000_000;
  let passing = false;
  const sleepers = new Set<Sleeper>();
  const pass = async () => {
    passing = true;
    while (sleepers.size > 0) {
      // Whatever can go on without time passing goes on first.
      for (let turn = 0; turn < 4; turn++) await new Promise(setImmediate);
      const [first] = [...sleepers].toSorted((a, b) => a.atMs - b.atMs);
      if (first === undefined) break;
      nowMs = Math.max(nowMs, first.atMs);
      first.wake();
    }
    passing = false;
  };
  return {
    nowMs: () => {
      nowMs += lookMs;
      return nowMs;
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const end = (settle: () => void) => {
          sleepers.delete(sleeper);
          signal.removeEventListener("abort", aborted);
          settle();
        };
        const sleeper = { atMs: nowMs + ms, wake: () => end(resolve) };
        const aborted = () => end(() => reject(signal.reason));
        if (signal.aborted) return void reject(signal.reason);
        signal.addEventListener("abort", aborted);
        sleepers.add(sleeper);
        if (!passing) void pass();
      }),
  };
}
