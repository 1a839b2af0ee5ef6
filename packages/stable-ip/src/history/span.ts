/** A stretch of time, ms, on the watch recorder's clock. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export function lengthMs(span: Span): number {
  return span.toMs - span.fromMs;
}

/** Touching is overlapping: a moment lies in a span that ends with it. */
export function overlaps(a: Span, b: Span): boolean {
  return a.fromMs <= b.toMs && b.fromMs <= a.toMs;
}

/** Wider by `byMs` on both sides; narrower where it is negative. */
export function widen(span: Span, byMs: number): Span {
  return { fromMs: span.fromMs - byMs, toMs: span.toMs + byMs };
}

/** What both lists have in common. */
export function intersect(as: readonly Span[], bs: readonly Span[]): Span[] {
  return as.flatMap((a) =>
    bs
      .map((b) => ({ fromMs: Math.max(a.fromMs, b.fromMs), toMs: Math.min(a.toMs, b.toMs) }))
      .filter((span) => lengthMs(span) > 0),
  );
}

/** What is left of a span once all the others are taken out of it. */
export function subtract<S extends Span>(whole: S, others: readonly Span[]): S[] {
  let left: S[] = [whole];
  for (const other of others) {
    left = left.flatMap((span) =>
      [
        { ...span, toMs: Math.min(span.toMs, other.fromMs) },
        { ...span, fromMs: Math.max(span.fromMs, other.toMs) },
      ].filter((rest) => lengthMs(rest) > 0),
    );
  }
  return left;
}

/** The longest time in a span without one of these times, its edges counted; ms. */
export function longestGap(span: Span, sortedMs: readonly number[]): number {
  const edges = [span.fromMs, ...sortedMs, span.toMs];
  return edges.reduce((worst, at, index) => Math.max(worst, at - (edges[index - 1] ?? at)), 0);
}
