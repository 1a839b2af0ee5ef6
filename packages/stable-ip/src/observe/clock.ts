import { setTimeout as wait } from "node:timers/promises";

/** Time and waiting, passed in. */
export interface Clock {
  /** Ms since the epoch that only go forward. */
  nowMs(): number;
  /** Throws the signal's reason when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const machineClock: Clock = {
  nowMs: () => performance.timeOrigin + performance.now(),
  sleep: async (ms, signal) => {
    try {
      await wait(ms, undefined, { signal });
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    }
  },
};
