import { ToolError } from "@svclab/contracts";
import { NodeTrouble } from "./api-error.ts";
import type { FollowClock } from "./follow.ts";
import type { Cluster, PodName } from "./port.ts";

export interface LogFollower {
  readonly container?: string;
  /** Whether the container may still write: an ended log of a running one is a broken stream. */
  isRunning(): Promise<boolean>;
  line(text: string): void;
}

const pauseMs = 200;
/** An API server that says no, or a node that does. */
const mostFailures = 20;
/** One that is away may come back. */
const outageMs = 120_000;

/**
 * Every line of a container's log once, in order, until the container has ended. A broken stream
 * is taken up again; what the server then tells once more is dropped. Nothing is lost by a break
 * as long as the node keeps the log's present file (10 MiB by default). Where the node cannot
 * follow a log, its whole is read again and again.
 */
export async function followLog(
  cluster: Cluster,
  pod: PodName,
  follower: LogFollower,
  { clock, signal }: { readonly clock: FollowClock; readonly signal: AbortSignal },
): Promise<void> {
  const { container } = follower;
  // Lines share a time when they were written at once, so those at the last time are counted.
  let lastAt = "";
  let atLast = 0;
  let follow = true;
  const read = async () => {
    let skip = atLast;
    const since = lastAt === "" ? {} : { since: lastAt };
    const wish = { follow, ...since, ...(container === undefined ? {} : { container }) };
    await cluster.log(
      pod,
      wish,
      (at, text) => {
        if (at < lastAt || (at === lastAt && skip-- > 0)) return;
        atLast = at === lastAt ? atLast + 1 : 1;
        lastAt = at;
        follower.line(text);
      },
      signal,
    );
  };
  let failures = 0;
  let awaySinceMs: number | null = null;
  while (true) {
    signal.throwIfAborted();
    try {
      // Asked before reading: what is read after a container has ended is all it ever wrote.
      const running = await follower.isRunning();
      awaySinceMs = null;
      await read();
      failures = 0;
      if (!running) return;
    } catch (error) {
      if (signal.aborted) throw error;
      if (isOutage(error)) awaySinceMs ??= clock.nowMs();
      else failures += 1;
      const awayMs = awaySinceMs === null ? 0 : clock.nowMs() - awaySinceMs;
      if (failures > mostFailures || awayMs > outageMs) throw error;
      if (error instanceof NodeTrouble) follow = false;
    }
    await clock.sleep(pauseMs, signal);
  }
}

function isOutage(error: unknown): boolean {
  return error instanceof ToolError && error.code === "cluster-unreachable";
}
