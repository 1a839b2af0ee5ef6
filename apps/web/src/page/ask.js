const limitMs = 5_000;

/**
 * Never rejects: a web Pod that was killed under the question is something to show, too.
 * @returns {Promise<import("./tally.js").Question>}
 */
export async function ask() {
  const began = performance.now();
  try {
    const response = await fetch("ask", { signal: AbortSignal.timeout(limitMs) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await response.json();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const error = `The web did not answer (${why}). Ask again: its Service may know another Pod.`;
    return { web: null, api: null, error, tookMs: Math.round(performance.now() - began) };
  }
}
