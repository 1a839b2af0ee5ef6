import type { EventOf } from "@svclab/contracts";
import type { Span } from "../history/span.ts";
import type { Timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { fromWorkers } from "./path-doubts.ts";
import { isLost } from "./requests.ts";

type Answer = EventOf<"answered">;

/** An answer, and the next one to the same client. */
export type Pair = readonly [before: Answer, after: Answer];

/** What each client of a route was answered, one after the other. */
export interface Arm {
  readonly doubts: readonly string[];
  /** One client a worker, or as many as keep their connections there; at least one. */
  readonly clients: readonly (readonly Answer[])[];
  readonly pairs: readonly Pair[];
  /** The pairs by two different Pods. */
  readonly changes: readonly Pair[];
}

/** The answers of a route in a span, from every worker; those with an error are left out. */
export function armOf(line: Timeline, route: string, span: Span): Arm {
  const all = fromWorkers(line, route, { span, decidesOnMs: null }).map(({ doubts, requests }) => {
    const answers = requests.flatMap((one) =>
      one.event.kind === "answered" && !isLost(one) ? [one.event] : [],
    );
    const clients = [...Map.groupBy(answers, ({ client = 0 }) => client).values()];
    return { doubts, clients: clients.length === 0 ? [[]] : clients };
  });
  const clients = all
    .flatMap((one) => one.clients)
    .map((answers) => answers.toSorted((a, b) => a.sentMs - b.sentMs));
  const pairs = clients.flatMap(pairsOf);
  return {
    doubts: [...new Set(all.flatMap(({ doubts }) => doubts))],
    clients,
    pairs,
    changes: pairs.filter(([before, after]) => before.podUid !== after.podUid),
  };
}

function pairsOf(answers: readonly Answer[]): Pair[] {
  return answers.slice(1).map((after, at) => [answers[at] as Answer, after]);
}

/** Of all pairs: those by two different Pods. */
export function shareChanged({ pairs, changes }: Arm): number {
  return changes.length / Math.max(1, pairs.length);
}

export function fewestAnswers({ clients }: Arm): number {
  return Math.min(...clients.map((answers) => answers.length));
}

/** Why an arm that has no other doubts says too little. */
export function fewDoubts(route: string, arm: Arm): string[] {
  const fewest = fewestAnswers(arm);
  return arm.doubts.length > 0 || fewest >= limits.rowAnswers
    ? []
    : [`a client on ${route} was answered ${fewest} times only`];
}
