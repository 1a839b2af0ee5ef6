import type { Event } from "@svclab/contracts";
import { nowMs } from "./clock.ts";

const lookEveryMs = 50;

/** Tells of every stretch in which this process did nothing at all. Returns what ends the watch. */
export function tellStalls(
  recorder: string,
  overMs: number,
  tell: (event: Event) => void,
): () => void {
  let lastMs = nowMs();
  const timer = setInterval(() => {
    const atMs = nowMs();
    const forMs = atMs - lastMs;
    lastMs = atMs;
    if (forMs <= overMs + lookEveryMs) return;
    tell({
      kind: "blind",
      atMs,
      from: recorder,
      forMs,
      why: "the prober's event loop stood still",
      late: true,
    });
  }, lookEveryMs);
  return () => clearInterval(timer);
}
