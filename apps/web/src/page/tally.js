/**
 * @typedef {import("@svclab/contracts").Asked} Asked
 * @typedef {Omit<Asked, "web"> & { web: Asked["web"] | null }} Question  web null: it did not answer
 * @typedef {{ name: string, node: string, answers: number }} Line
 * @typedef {{ web: string | null, api: string | null, line: number | null, error: string | null,
 *   tookMs: number }} Recent
 * @typedef {{ lines: Record<string, Line>, unanswered: number, recent: Recent[] }} Tally
 *   lines by Pod uid, in the order in which the Pods first answered
 */

const recentLength = 8;

/** @returns {Tally} */
export function emptyTally() {
  return { lines: {}, unanswered: 0, recent: [] };
}

/**
 * The tally with one more question in it; the one passed in is left as it is.
 * @param {Tally} tally
 * @param {Question} question
 * @returns {Tally}
 */
export function count(tally, { web, api, error, tookMs }) {
  const lines = { ...tally.lines };
  if (api) {
    const { podName: name, node } = api;
    lines[api.podUid] = { name, node, answers: (lines[api.podUid]?.answers ?? 0) + 1 };
  }
  const place = api && Object.keys(lines).indexOf(api.podUid);
  const latest = { web: at(web), api: at(api), line: place, error, tookMs };
  return {
    lines,
    unanswered: tally.unanswered + (api ? 0 : 1),
    recent: [latest, ...tally.recent].slice(0, recentLength),
  };
}

/** @param {Tally} tally */
export function answered({ lines }) {
  return Object.values(lines).reduce((sum, line) => sum + line.answers, 0);
}

/** @param {{ podName: string, node: string } | null} pod */
function at(pod) {
  return pod && `${pod.podName} on ${pod.node}`;
}
