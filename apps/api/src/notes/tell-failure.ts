import { type NoteProblem, noteProblem } from "@svclab/contracts";
import { HttpProblem } from "@svclab/service-kit";
import { DatabaseFailure, serverError } from "../database/failure.ts";
import { WriteFailure } from "../database/write.ts";

/** Of what a write threw. `key`: where there is one to ask again with. */
export function tellWriteFailure(error: unknown, key: string | null): unknown {
  if (!(error instanceof WriteFailure)) return error;
  const members = key === null ? {} : ({ idempotencyKey: key } satisfies Partial<NoteProblem>);
  if (error.outcome === "nothing-written")
    return new HttpProblem(503, `This request wrote nothing (${error.message}).`, {
      type: noteProblem.nothingWritten,
      retryAfterSeconds: 1,
    });
  return new HttpProblem(
    504,
    `COMMIT was sent and its answer lost (${error.message}). Whether it was done is unknown. ${
      key === null ? "Asking again does no harm." : "Ask again with the same key: it is done once."
    }`,
    { type: noteProblem.outcomeUnknown, members },
  );
}

/** Of what a read threw. */
export function tellReadFailure(error: unknown): unknown {
  if (!(error instanceof DatabaseFailure)) return error;
  // Of the right form, and still none to MySQL: an interval that ends before it begins.
  if (error.errno === serverError.malformedGtidSet)
    return new HttpProblem(400, "The server does not take x-gtid for a set of transactions.");
  return new HttpProblem(503, `No member has answered (${error.kind}: ${error.message}).`, {
    retryAfterSeconds: 1,
  });
}
