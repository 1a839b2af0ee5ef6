import type { EventOf } from "@svclab/contracts";
import type { Timeline } from "../history/timeline.ts";

type Tried = EventOf<"creation-tried">;

const created = 201;
const invalid = 422;

export function wasAccepted(tried: Tried | undefined): boolean {
  return tried?.status === created;
}

/** What the API said last to one thing that was tried. */
export function creationOf(line: Timeline, what: Tried["what"]): Tried | undefined {
  return line.of("creation-tried").findLast(({ event }) => event.what === what)?.event;
}

/** Why it is not known that what is allowed is accepted: without that a refusal says nothing. */
export function acceptedDoubts(what: string, tried: Tried | undefined): string[] {
  return wasAccepted(tried)
    ? []
    : [`${what} was not accepted either: ${tried?.said ?? "never tried"}`];
}

/** Why the API neither accepted nor refused what is not allowed. */
export function refusalDoubts(what: string, tried: Tried | undefined): string[] {
  return tried !== undefined && [created, invalid].includes(tried.status)
    ? []
    : [`${what}: ${tried?.said ?? "never tried"}`];
}
