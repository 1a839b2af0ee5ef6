import type { Hands } from "./hands.ts";

/**
 * Keeps something up for a while, ms; it is undone whatever happens meanwhile. `set` is given the signal
 * that ends its patience.
 */
export async function held(
  { removals, clock, signal }: Pick<Hands, "removals" | "clock" | "signal">,
  what: string,
  forMs: number,
  set: (on: boolean, signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const undone = removals.add(what, (limit) => set(false, limit));
  await set(true, signal);
  await clock.sleep(forMs, signal);
  await set(false, signal);
  undone();
}
