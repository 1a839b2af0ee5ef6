import type { Request } from "../history/timeline.ts";
import { limits } from "../limits.ts";

/**
 * Why the requests on a path did not come by the connections that its name says, `new` for each or
 * `kept`: told by the client's ports. A kept connection keeps its port; one in its place has
 * another. A client that opens a new one each time walks through its port range.
 */
export function connectionDoubts(
  path: string,
  kept: boolean,
  requests: readonly Request[],
): string[] {
  const ports = requests.flatMap(({ event }) =>
    event.kind === "answered" ? [event.connection] : [],
  );
  const distinct = new Set(ports).size;
  const wrong = kept
    ? distinct > ports.length * limits.keptPortsShare
    : distinct < ports.length * limits.distinctPortsShare;
  if (!wrong) return [];
  const told = `${distinct} client ports for ${ports.length} requests on ${path}`;
  return [`${told}: connections were not ${kept ? "kept" : "new"}`];
}
