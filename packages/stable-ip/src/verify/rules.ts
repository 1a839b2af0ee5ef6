import type { Span } from "../history/span.ts";
import type { Timeline } from "../history/timeline.ts";

/** A stretch in which one node's rules led to these endpoints, `address:port` each. */
export interface RuledStretch extends Span {
  readonly endpoints: readonly string[];
}

/**
 * From the first time that the rules for a Service's port were seen; none where they never were, or
 * where what was written of the node is not to be relied on.
 */
export function ruledStretches(
  line: Timeline,
  node: string,
  service: string,
  port: string,
): RuledStretch[] {
  if (line.of("rules-unseen").some(({ event }) => event.node === node)) return [];
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

/**
 * From each SIGKILL until no node's rules for a Service's port led to that Pod, ms, in the order of
 * the kills; without those of which it was not seen on every node. A kill is stamped before it is
 * sent, and a change as its monitor's line came.
 */
export function ruledOutMs(line: Timeline, service: string, port: string): number[] {
  const { nodes } = line.began.world;
  const byNode = nodes.map((node) => ruledStretches(line, node, service, port));
  const all = line.of("pod-kill-sent");
  const sigkills = all.filter(({ event }) => event.how === "sigkill");
  return sigkills.flatMap(({ event, fromMs }) => {
    // A change after the next kill may be that one's.
    const untilMs = all.find((one) => one.fromMs > fromMs)?.fromMs ?? Number.POSITIVE_INFINITY;
    return outOfAllMs(byNode, event.podIp, { fromMs, toMs: untilMs }) ?? [];
  });
}

/**
 * From the beginning of a span until no node's rules led to an address, ms; null where one did not at
 * first, or does until the end.
 */
export function outOfAllMs(
  byNode: readonly (readonly RuledStretch[])[],
  ip: string,
  { fromMs, toMs }: Span,
): number | null {
  const leads = ({ endpoints }: RuledStretch) => endpoints.some((one) => one.startsWith(`${ip}:`));
  const outMs = byNode.map((stretches) => {
    const at = stretches.findIndex((one) => one.fromMs <= fromMs && fromMs < one.toMs);
    const out = stretches.slice(at).find((one) => !leads(one));
    const isLed = stretches[at] !== undefined && leads(stretches[at]);
    return isLed && out !== undefined && out.fromMs < toMs ? out.fromMs - fromMs : Number.NaN;
  });
  return outMs.length === 0 || outMs.some(Number.isNaN) ? null : Math.max(...outMs);
}
