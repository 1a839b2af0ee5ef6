import type { FaultKind } from "@svclab/contracts";
import type { History } from "../claim.ts";
import { type Timeline, timeline } from "../history/timeline.ts";
import { faultDoubts } from "./fault-doubts.ts";

/** What is said of a run that was stopped. */
export const unfinished = "the run did not finish";

/**
 * Why nothing in this history can be judged, whatever it shows of one claim. A run that was cut
 * off, that changed nothing, or that never was steady proves nothing.
 */
export function runDoubts(history: History): string[] {
  const [began] = history;
  if (began?.kind !== "run-began") return ["the history does not begin with run-began"];
  const last = history.at(-1);
  if (last?.kind !== "run-ended") return ["the history ends before the run did"];
  if (!last.complete) return [unfinished];
  if (count(history, "run-began") > 1 || count(history, "run-ended") > 1) {
    return ["two runs are in one history"];
  }
  if (began.control) return ["this is a control run: nothing was done to the cluster"];
  return [...steadyDoubts(history), ...violationDoubts(history, began.violation)];
}

/** Why these faults, which a claim is about, were not done, or not seen. */
export function claimDoubts(history: History, faults: readonly FaultKind[]): string[] {
  const line = timeline(history);
  const clocks = clockDoubts(history, line);
  if (clocks.length > 0) return clocks;
  return faults.flatMap((fault) => faultDoubts(line, fault));
}

/** Paths are left to the judges: a spread is counted, not timed, and needs no common clock. */
function clockDoubts(history: History, line: Timeline): string[] {
  const placing = history.filter((event) => !("path" in event || event.kind === "blind"));
  const unplaced = new Set(placing.map((event) => event.from).filter((one) => !line.isPlaced(one)));
  return [...unplaced].map((one) => `the clock of ${one} was never compared with the watch's`);
}

function steadyDoubts(history: History): string[] {
  const steady = history.findIndex((event) => event.kind === "steady");
  if (steady < 0) return ["the Pods were never seen steady"];
  const change = history.findIndex(
    (event) => event.kind === "fault-began" || event.kind === "violation-applied",
  );
  return change >= 0 && change < steady ? ["the world was changed before it was steady"] : [];
}

function violationDoubts(history: History, violation: string | null): string[] {
  const applied = history.find((event) => event.kind === "violation-applied");
  if ((applied?.name ?? null) === violation) return [];
  return [`violation announced: ${violation ?? "none"}, applied: ${applied?.name ?? "none"}`];
}

function count(history: History, kind: History[number]["kind"]): number {
  return history.filter((event) => event.kind === kind).length;
}
