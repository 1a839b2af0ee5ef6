import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Event, ToolError } from "@svclab/contracts";
import type { History } from "./claim.ts";
import { referenceRecorder } from "./history/clocks.ts";
import { parseHistory } from "./history/jsonl.ts";
import { type Clock, machineClock } from "./observe/clock.ts";
import type { Fact, RecordFact } from "./observe/fact.ts";
import { HistoryFile } from "./observe/history-file.ts";
import { ranOut } from "./observe/wait.ts";
import { type Removals, withRemovals } from "./removals.ts";

export interface Begun {
  /** An existing directory without a history. */
  readonly runDir: string;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

/** What whoever acts in a run has at hand. */
export interface Recorded {
  /** What is seen or done here. */
  readonly record: RecordFact;
  /** What another recorder has stamped. */
  readonly write: (event: Event) => void;
  readonly onEvent: (listener: (event: Event) => void) => void;
  readonly clock: Clock;
  /** Ends all that was begun: with the run, or before it where `fail` is called. */
  readonly signal: AbortSignal;
  readonly fail: (error: unknown) => void;
  readonly removals: Removals;
}

export interface Ended {
  readonly history: History;
  /** What was waited for in vain, where the run stopped before its end. */
  readonly stopped: ToolError | null;
}

/**
 * Writes down all that is recorded while `act` acts, between `began` and run-ended, which is written
 * whatever happens; then takes back what was put into the cluster, and reads the history. `act`
 * resolves to the time, ms, up to which things were looked at; reading the rest of the logs may take
 * it some seconds more.
 */
export async function withHistory(
  { runDir, say, signal, clock = machineClock }: Begun,
  began: Fact,
  act: (recorded: Recorded) => Promise<number>,
): Promise<Ended> {
  const path = join(runDir, "history.jsonl");
  const file = new HistoryFile(path);
  const stamped = (fact: Fact, atMs = clock.nowMs()) =>
    ({ atMs, from: referenceRecorder, ...fact }) as Event;
  const recordInto = async (removals: Removals) => {
    const recording = new AbortController();
    let endedMs: number | null = null;
    file.write(stamped(began));
    try {
      endedMs = await act({
        record: (...fact) => file.write(stamped(...fact)),
        write: (event) => file.write(event),
        onEvent: (listener) => file.onEvent(listener),
        ...{ clock, removals, signal: AbortSignal.any([signal, recording.signal]) },
        fail: (error) => recording.abort(error),
      });
      return null;
    } catch (error) {
      if (ranOut(error)) return error;
      throw error;
    } finally {
      recording.abort(new Error("the run has ended"));
      const complete = endedMs !== null;
      file.end(stamped({ kind: "run-ended", complete }, endedMs ?? clock.nowMs()));
    }
  };
  let stopped: ToolError | null = null;
  try {
    stopped = await withRemovals(recordInto, say);
  } finally {
    await file.close();
  }
  return { history: parseHistory(await readFile(path, "utf8"), path), stopped };
}
