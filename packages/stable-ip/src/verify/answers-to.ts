import type { EventOf } from "@svclab/contracts";
import { overlaps, type Span } from "../history/span.ts";
import type { Moment, Timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { recorderDoubts } from "./path-doubts.ts";

export interface Answers {
  readonly answers: readonly EventOf<"resolved">[];
  /** Queries that the server did not answer. */
  readonly unresolved: number;
  /** Why they are not all, or too few. */
  readonly doubts: readonly string[];
}

/** What DNS answered to each worker's queries on one route in a span. */
export function answersTo(line: Timeline, route: string, span: Span): Answers {
  const paths = line.began.world.workers.map((worker) => `${route}@${worker}`);
  const [resolved, unresolved] = [line.of("resolved"), line.of("unresolved")];
  const during = (one: Moment<EventOf<"resolved" | "unresolved">>, path: string) =>
    one.event.path === path && overlaps(one, span);
  const each = paths.map((path) => ({
    path,
    answers: resolved.filter((one) => during(one, path)),
    unresolved: unresolved.filter((one) => during(one, path)).length,
  }));
  const doubts = each.flatMap(({ path, answers }) => [
    ...recorderDoubts(line, path, span, Number.POSITIVE_INFINITY),
    ...(answers.length < limits.rowAnswers
      ? [`${path} was answered ${answers.length} times only`]
      : []),
  ]);
  return {
    answers: each.flatMap(({ answers }) => answers.map(({ event }) => event)),
    unresolved: each.reduce((sum, one) => sum + one.unresolved, 0),
    doubts: paths.length === 0 ? [`nobody asked on ${route}`] : doubts,
  };
}
