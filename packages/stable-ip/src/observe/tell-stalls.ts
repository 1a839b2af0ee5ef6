import type { Clock } from "./clock.ts";
import type { RecordFact } from "./fact.ts";

const lookEveryMs = 50;

/** Tells of every stretch longer than `overMs` in which this process read nothing at all. */
export async function tellStalls(
  overMs: number,
  record: RecordFact,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  let lastMs = clock.nowMs();
  while (!signal.aborted) {
    await clock.sleep(lookEveryMs, signal).catch(() => {});
    const atMs = clock.nowMs();
    const forMs = atMs - lastMs;
    lastMs = atMs;
    if (forMs <= overMs + lookEveryMs) continue;
    // What came meanwhile is read afterwards, all of it and in its order.
    const why = "the event loop of the watch stood still";
    record({ kind: "blind", forMs, why, late: true }, atMs);
  }
}
