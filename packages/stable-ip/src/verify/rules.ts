import type { Span } from "../history/span.ts";
import type { Timeline } from "../history/timeline.ts";

/** A stretch in which one node's rules led to these endpoints, `address:port` each. */
export interface RuledStretch extends Span {
  readonly endpoints: readonly string[];
}

/** From the first time that the rules for a Service's port were seen; none where they never were. */
export function ruledStretches(
  line: Timeline,
  node: string,
  service: string,
  port: string,
): RuledStretch[] {
  const ours = line
    .of("rules-changed")
    .filter(({ event }) => event.node === node && event.service === service && event.port === port);
  const endMs = line.of("run-ended")[0]?.fromMs ?? Number.POSITIVE_INFINITY;
  const changes = ours.filter(
    ({ event }, at) => event.endpoints.join() !== ours[at - 1]?.event.endpoints.join(),
  );
  return changes.map(({ event, fromMs }, at) => {
    return { endpoints: event.endpoints, fromMs, toMs: changes[at + 1]?.fromMs ?? endMs };
  });
}
