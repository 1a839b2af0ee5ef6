import { ToolError } from "@svclab/contracts";
import type { Clock } from "./clock.ts";

/** What is waited for, in words that end "… within 60 s". */
export interface Wait<T> {
  readonly what: string;
  /** null: not yet. */
  look(): T | null | Promise<T | null>;
  /** The last thing seen, for when the time runs out. */
  seen(): string;
  readonly limitMs: number;
  readonly everyMs?: number;
  readonly todo?: string;
}

/**
 * Looks until there is something to see.
 * @throws ToolError wait-ran-out, with the last thing seen; or the signal's reason.
 */
export async function until<T>(clock: Clock, signal: AbortSignal, wait: Wait<T>): Promise<T> {
  const endMs = clock.nowMs() + wait.limitMs;
  while (true) {
    signal.throwIfAborted();
    const found = await wait.look();
    if (found !== null) return found;
    const leftMs = endMs - clock.nowMs();
    if (leftMs <= 0) {
      throw new ToolError({
        code: "wait-ran-out",
        expected: `${wait.what} within ${wait.limitMs / 1_000} s`,
        found: wait.seen(),
        todo:
          wait.todo ?? "look at it with kubectl describe and kubectl get events, then run again",
      });
    }
    await clock.sleep(Math.min(wait.everyMs ?? 50, leftMs), signal);
  }
}

/** What until() throws where its time was over. */
export function ranOut(error: unknown): error is ToolError {
  return error instanceof ToolError && error.code === "wait-ran-out";
}
