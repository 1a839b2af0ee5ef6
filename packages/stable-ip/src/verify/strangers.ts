import type { Request, Timeline } from "../history/timeline.ts";
import { answeredBy } from "./requests.ts";

/** An answer from outside the workload is no evidence about the workload's Service. */
export function strangerDoubts(line: Timeline, requests: readonly Request[]): string[] {
  const own = new Set(
    line.of("pods-seen").flatMap(({ event }) => event.pods.map((pod) => pod.podUid)),
  );
  const uids = new Set(requests.map(answeredBy).filter((uid) => uid !== null && !own.has(uid)));
  if (uids.size === 0) return [];
  const names = [...uids].map((uid) => uid || "a server without a uid");
  return [`answers came from ${names.slice(0, 3).join(", ")}, no Pod of the workload`];
}
