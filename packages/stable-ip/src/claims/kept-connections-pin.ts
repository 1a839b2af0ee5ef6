import type { Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { armOf, fewDoubts, fewestAnswers, shareChanged } from "../verify/changes.ts";
import { round3 } from "../verify/measured.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";

const fault = "spread";
const kept = "cluster-ip/kept";
const fresh = "cluster-ip/new";

export const keptConnectionsPin: Claim = {
  id: "kept-connections-pin",
  statement:
    "Requests that come over a kept connection MUST all be answered by the Pod that the connection first met: a Service balances connections, and not requests.",
  source:
    "https://kubernetes.io/docs/reference/networking/virtual-ips/ (the backend is chosen for a connection)",
  matters:
    "A pool of kept connections, HTTP/2 and gRPC put their whole load on the Pods they first met, however many there are; new Pods get none of it.",
  seen: "While the load of new connections runs, four clients on each worker keep theirs and ask five times a second each. It is counted how often two successive answers to one client come from different Pods, and how often they do where each request has a connection of its own.",
  upstream: "No test: kept connections are left out of what is counted as balanced.",
  needs: ["two-replicas", "two-workers"],
  paths: [kept, fresh],
  faults: [fault],
  limits: {
    rowAnswers: limits.rowAnswers,
    busyShare: limits.busyShare,
    keptChangesShare: limits.keptChangesShare,
    newChangesShare: limits.newChangesShare,
  },
  violations: [
    {
      name: "kept-connections-anew",
      how: { fault: "kept-connections-anew" },
      text: "The clients that are to keep their connections open a new one for each request.",
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const span = line.faultSpan(fault);
  if (span === null) return unknown([`${fault} is missing`]);
  const [pinned, spread] = [armOf(line, kept, span), armOf(line, fresh, span)];
  const moved = pinned.changes.filter(([one, next]) => one.connection === next.connection);
  const measured = {
    clients: pinned.clients.length,
    fewestAnswersOfOne: fewestAnswers(pinned),
    podsMet: new Set(pinned.clients.flat().map(({ podUid }) => podUid)).size,
    changesOfPod: pinned.changes.length,
    onOneConnection: moved.length,
    changedShare: round3(shareChanged(pinned)),
    changedShareOfNew: round3(shareChanged(spread)),
  };
  const [first] = moved;
  if (first !== undefined)
    return broken(`a connection was answered by two Pods, ${moved.length} times`, measured, first);
  const doubts = [...pinned.doubts, ...spread.doubts];
  doubts.push(...fewDoubts(kept, pinned), ...fewDoubts(fresh, spread));
  if (doubts.length > 0) return unknown(doubts, measured);
  const busy = pinned.pairs.filter(([one, next]) => next.sentMs < one.scheduledMs + one.tookMs);
  if (busy.length > limits.busyShare * pinned.pairs.length)
    return unknown(
      [`${busy.length} requests found their client's connection busy, and took another`],
      measured,
    );
  if (shareChanged(spread) < limits.newChangesShare)
    return unknown(["new connections met the same Pod again and again as well"], measured);
  if (shareChanged(pinned) > limits.keptChangesShare) {
    const times = `${pinned.changes.length} of ${pinned.pairs.length} times`;
    const why = `clients that keep their connections met another Pod ${times}`;
    return broken(why, measured, pinned.changes.flat());
  }
  return holds(measured);
}
