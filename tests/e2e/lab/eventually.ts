import { setTimeout as sleep } from "node:timers/promises";

/**
 * Looks again until `assertion` passes, for what the machine settles by itself; the last failure is
 * thrown when the limit is reached.
 */
export async function eventually<T>(limitMs: number, assertion: () => Promise<T>): Promise<T> {
  const deadlineMs = performance.now() + limitMs;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
    }
    await sleep(100);
  }
}
