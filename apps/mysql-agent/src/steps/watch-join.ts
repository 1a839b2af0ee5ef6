import { limits } from "../limits.ts";

export interface JoinWatch {
  /** The group is there still, or the server is in it already. */
  readonly lives: () => Promise<boolean>;
  /** Kills the server, which its container starts again. */
  readonly restart: () => Promise<void>;
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/**
 * Waits for a join, but not for a group that is gone: the server would try for a minute, and no
 * statement ends that (KILL is not heeded, STOP is refused with error 3663). All the while it could
 * not say what it has, and the others would wait for it. It has taken part in nothing yet, so
 * killing it loses nothing.
 */
export async function watchJoin(joined: Promise<void>, watch: JoinWatch): Promise<void> {
  let done = false;
  const ended = joined.finally(() => {
    done = true;
  });
  // Told when it is awaited below, and not before by itself.
  ended.catch(() => undefined);
  let seenMs = watch.nowMs();
  while (!done) {
    await watch.sleep(limits.lookEveryMs);
    if (done) break;
    if (await watch.lives()) seenMs = watch.nowMs();
    else if (!done && watch.nowMs() - seenMs >= limits.hopelessMs) {
      await watch.restart();
      break;
    }
  }
  return ended;
}
