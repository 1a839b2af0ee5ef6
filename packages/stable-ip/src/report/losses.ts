import type { LossCause, Report } from "@svclab/contracts";
import { number } from "./figures.ts";

/** Each cause, in words that follow a number of requests. */
const words: Readonly<Record<LossCause, string>> = {
  "refused-before-the-slice-changed": "refused before the slice changed",
  "refused-before-the-rules-changed": "lost before the node's rules changed",
  "reset-in-flight": "reset in flight",
  "dead-kept-connection": "sent over a kept connection that was dead",
  "black-hole": "sent into a black hole until they timed out",
  "stale-name": "sent to an address that was no longer the name's",
  "no-endpoint": "sent while there was no endpoint",
  "still-tracked": "led by the node as an earlier attempt from the same port",
  "balancer-not-ready": "sent to a load balancer that did not serve yet",
  "clients-own": "not read in time by the client itself",
};
const noCause = "without a cause that was seen";

/** How often a run calls a cluster in order broken; null where no chance decides. */
export function toldFalseAlarm({
  falseAlarmShare,
}: Pick<Report, "falseAlarmShare">): string | null {
  if (falseAlarmShare === 0) return null;
  const runs = 10_000;
  return `by chance about ${number(falseAlarmShare * runs)} of ${number(runs)} such runs call a cluster in order broken`;
}

/** How many requests got no answer, and how many for each cause, the most frequent first. */
export function toldLosses({ losses }: Pick<Report, "losses">): {
  readonly total: string;
  readonly causes: readonly (readonly [count: string, words: string])[];
} {
  const { requests, lost, causes, unexplained } = losses;
  const known = Object.entries(causes).map(([cause, count]) => {
    return [count, words[cause as LossCause]] as const;
  });
  const all = [...known, [unexplained, noCause] as const].filter(([count]) => count > 0);
  return {
    total: `${number(lost)} of ${number(requests)} requests got no answer`,
    causes: all.toSorted(([a], [b]) => b - a).map(([count, cause]) => [number(count), cause]),
  };
}
