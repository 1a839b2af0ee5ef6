import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Event, Outcome } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { verify } from "../verify/verify.ts";

/** A history, and what must be said of it. The title is a sentence that begins with the outcome. */
export interface Row {
  readonly title: string;
  readonly history: () => History;
  /** What a broken or an unknown verdict must say. */
  readonly why?: RegExp;
}

/** One test a row; the title's first word is the outcome. */
export function testRows(claim: Claim, rows: readonly Row[]): void {
  describe(claim.id, () => {
    for (const { title, history, why } of rows) {
      it(title, () => {
        const verdict = verify(history(), [claim])[0]?.verdict;
        const said = verdict !== undefined && "why" in verdict ? verdict.why : "";
        assert.equal(verdict?.outcome, title.split(" ")[0] as Outcome, said);
        if (why !== undefined) assert.match(said, why);
        if (verdict?.outcome === "broken") {
          assert.ok(verdict.witness.length >= 1 && verdict.witness.length <= 5, "1 to 5 witnesses");
        }
      });
    }
  });
}

/** The history without the events that the test picks. */
export function without(history: History, picked: (event: Event) => boolean): History {
  return history.filter((event) => !picked(event));
}

/** The history with every event passed through. */
export function edited(history: History, edit: (event: Event) => Event): History {
  return history.map(edit);
}

/** The history with an event put in right after the first that the test picks. */
export function inserted(
  history: History,
  after: (event: Event) => boolean,
  make: (found: Event) => Event,
): History {
  const at = history.findIndex(after);
  const found = history[at];
  if (found === undefined) throw new RangeError("no event to insert after");
  return history.toSpliced(at + 1, 0, make(found));
}

/** The history in which a Service was seen without endpoints just after its first fault began. */
export function withoutEndpoints(history: History, service: string): History {
  return inserted(
    history,
    (event) => event.kind === "fault-began",
    ({ atMs }) => ({
      ...{ kind: "endpoints-seen", service, endpoints: [] },
      ...{ from: "watch", atMs: atMs + 50 },
    }),
  );
}

/** A recorder that lost something, or stood still for `lateMs`, within the last fault, or else after the steady state. */
export function blinded(history: History, from: string, lateMs?: number): History {
  return blindAfter(history, "fault-began", 1_000, from, lateMs);
}

/** A recorder that stood still for `lateMs` over the end of the last fault, or else of the steady state. */
export function lateOverEnd(history: History, from: string, lateMs: number): History {
  return blindAfter(history, "fault-ended", 200, from, lateMs);
}

function blindAfter(
  history: History,
  last: "fault-began" | "fault-ended",
  afterMs: number,
  from: string,
  lateMs?: number,
): History {
  const found =
    history.findLast(({ kind }) => kind === last) ?? history.find(({ kind }) => kind === "steady");
  return inserted(
    history,
    (event) => event === found,
    ({ atMs }) => ({
      ...{ kind: "blind", atMs: atMs + afterMs, from },
      ...(lateMs === undefined
        ? { forMs: 100, why: "a line could not be read" }
        : { forMs: lateMs, why: "it stood still", late: true }),
    }),
  );
}
