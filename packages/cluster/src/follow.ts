import { isGone } from "./api-error.ts";
import type { Kind } from "./kinds.ts";
import type { KubeObject } from "./object.ts";
import type { Change, Cluster, Where } from "./port.ts";

/** Time and waiting, passed in. `nowMs` only goes forward; `sleep` throws the signal's reason. */
export interface FollowClock {
  nowMs(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export interface FollowSink<T> {
  /** All there are; what was known before is void. */
  listed(objects: readonly T[]): void;
  changed(change: Change, object: T): void;
  /** Whatever happened between these times was seen late or not at all. */
  blind(fromMs: number, toMs: number, why: string): void;
}

const firstPauseMs = 50;
const longestPauseMs = 1_000;

/**
 * Lists, watches, and goes on after every break until the signal: from the last version seen, or
 * by a new list where that version is gone. Throws only when the very first list fails.
 */
export async function follow<T extends KubeObject>(
  cluster: Cluster,
  kind: Kind<T>,
  where: Where,
  sink: FollowSink<T>,
  { clock, signal }: { readonly clock: FollowClock; readonly signal: AbortSignal },
): Promise<void> {
  let version: string | null = await relist();
  let heardMs = clock.nowMs();
  let blind: { fromMs: number; why: string } | null = null;
  let pauseMs = firstPauseMs;

  const see = () => {
    heardMs = clock.nowMs();
    if (blind !== null) sink.blind(blind.fromMs, heardMs, blind.why);
    blind = null;
    pauseMs = firstPauseMs;
  };
  while (!signal.aborted) {
    try {
      version ??= await relist();
      await cluster.watch(
        kind,
        { ...where, from: version },
        {
          opened: see,
          changed: (change, object) => {
            heardMs = clock.nowMs();
            sink.changed(change, object);
          },
          reached: (resourceVersion) => {
            heardMs = clock.nowMs();
            version = resourceVersion;
          },
        },
        signal,
      );
      blind ??= { fromMs: clock.nowMs(), why: `the watch of ${kind.kind} was ended` };
    } catch (error) {
      if (signal.aborted) break;
      // A broken connection may have been dead since the last that was heard of it.
      blind ??= { fromMs: heardMs, why: `the watch of ${kind.kind} broke: ${messageOf(error)}` };
      if (isGone(error)) version = null;
    }
    await clock.sleep(pauseMs, signal).catch(() => {});
    pauseMs = Math.min(2 * pauseMs, longestPauseMs);
  }
  if (blind !== null) see();

  async function relist(): Promise<string> {
    const { items, resourceVersion } = await cluster.list(kind, where, signal);
    sink.listed(items);
    return resourceVersion;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split("\n").at(0) ?? error.name) : String(error);
}
