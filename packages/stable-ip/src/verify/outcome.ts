import type { Judged, Report } from "@svclab/contracts";

/** Worst first: broken, unknown, holds. A skip changes nothing, unless nothing was judged. */
export function overall(judged: readonly Judged[]): Report["outcome"] {
  const outcomes = new Set(judged.map((one) => one.verdict.outcome));
  if (outcomes.has("broken")) return "broken";
  if (outcomes.has("unknown")) return "unknown";
  return outcomes.has("holds") ? "holds" : "unknown";
}

/** `--require-all`: a claim that was skipped is one that nothing is known of. */
export function requireAll(judged: readonly Judged[]): Judged[] {
  return judged.map((one) => {
    const { verdict } = one;
    if (verdict.outcome !== "skipped") return one;
    const why = `skipped for want of ${verdict.missing.join(", ")}, and all claims are required`;
    return { ...one, verdict: { outcome: "unknown", why, measured: {} } };
  });
}
