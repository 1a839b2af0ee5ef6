import type { Event, EventOf, Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { overlaps, type Span } from "../history/span.ts";
import { type Moment, type Request, type Timeline, timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { roundMs } from "../verify/measured.ts";
import { pathEvidence } from "../verify/path-doubts.ts";
import { podsAt } from "../verify/pods.ts";
import { answeredBy } from "../verify/requests.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { judgedSpan, watchDoubts } from "../verify/watch-doubts.ts";

const route = "endpoint/new";

export const podIpsDoChange: Claim = {
  id: "pod-ips-do-change",
  statement:
    "A Pod that replaces a deleted one MUST have another IP, and the deleted Pod MUST no longer answer at the old one.",
  source: "https://kubernetes.io/docs/concepts/services-networking/service/ (Pods are ephemeral)",
  matters:
    "It is the reason for Services: who keeps a Pod's address talks to nobody, or to somebody else.",
  seen: "Each Pod is deleted, the address of the one in its place is compared, and the old address is asked until the end of the run.",
  upstream: "No test: it is documented.",
  needs: ["two-replicas"],
  paths: [route],
  faults: ["delete-each"],
  limits: { oldAddressMs: limits.oldAddressMs, oldAddressProbes: limits.oldAddressProbes },
  violations: [
    {
      name: "kill-container-instead",
      how: { fault: "kill-container-instead" },
      text: "The containers are killed instead of the Pods: each Pod stays, and so does its IP.",
    },
  ],
  judge,
};

type Kill = Moment<EventOf<"pod-kill-sent">>;

/** What became of one killed Pod. */
interface Fate {
  readonly doubts: readonly string[];
  readonly wrong: string | null;
  readonly witness: readonly Event[];
  readonly probes: number;
}

function judge(history: History): Verdict {
  const line = timeline(history);
  const span = line.faultSpan("delete-each");
  if (span === null) return unknown(["delete-each is missing"]);
  const kills = line.of("pod-kill-sent").filter((kill) => overlaps(kill, span));
  const prober = line.pathsOf(route).map((path) =>
    pathEvidence(line, {
      path,
      span,
      // Counted by when they were sent, so however late.
      decidesOnMs: null,
      unbroken: false,
    }),
  );
  // An old address must stay silent to the end; that it was is counted, and needs no unbroken watch.
  const judged = judgedSpan(line);
  const requests = line
    .pathsOf(route)
    .flatMap((path) => line.requests(path).filter((request) => overlaps(request, judged)));
  const fates = kills.map((kill) => fateOf(line, kill, span, requests));
  const measured = {
    podsKilled: kills.length,
    probesOfOldAddresses: fates.reduce((total, fate) => total + fate.probes, 0),
    wrong: fates.filter((fate) => fate.wrong !== null).length,
    oldAddressLimitMs: limits.oldAddressMs,
    latenessMs: roundMs(Math.max(0, ...prober.map((one) => one.latenessMs))),
  };
  const blind = watchDoubts(line, span, limits.oldAddressMs);
  if (blind.length > 0) return unknown(blind, measured);
  const wrong = fates.find((fate) => fate.wrong !== null);
  if (wrong?.wrong != null) return broken(wrong.wrong, measured, wrong.witness);
  const silent = prober.length === 0 ? [`no request was sent on ${route}`] : [];
  const doubts = [
    ...silent,
    ...prober.flatMap((one) => one.doubts),
    ...fates.flatMap((f) => f.doubts),
  ];
  return doubts.length > 0 ? unknown([...new Set(doubts)], measured) : holds(measured);
}

function fateOf(line: Timeline, kill: Kill, fault: Span, requests: readonly Request[]): Fate {
  const { podUid, podIp } = kill.event;
  const none: Fate = { doubts: [], wrong: null, witness: [], probes: 0 };
  const end = line.of("pods-seen").findLast((moment) => moment.fromMs <= fault.toMs);
  const still = end?.event.pods.find((pod) => pod.podUid === podUid);
  if (end !== undefined && still !== undefined && !still.terminating) {
    const wrong = `Pod ${still.name} was killed and is still there, at ${still.ip}`;
    return { ...none, wrong, witness: [kill.event, end.event] };
  }
  const heir = replacement(line, kill, fault);
  if (heir === null) return { ...none, doubts: [`no Pod was seen to replace ${podUid}`] };
  if (heir.ips.has(podIp)) {
    const wrong = `the Pod that replaced ${podUid} has its IP ${podIp}`;
    return { ...none, wrong, witness: [kill.event, heir.seen] };
  }
  const gone = line.of("pod-gone").find((moment) => moment.event.podUid === podUid);
  if (gone === undefined) return { ...none, doubts: [`Pod ${podUid} was not seen to go`] };
  const probes = requests.filter(
    (one) =>
      one.event.target === podIp &&
      one.fromMs - one.uncertaintyMs > gone.fromMs + limits.oldAddressMs,
  );
  const answer = probes.find((one) => answeredBy(one) === podUid);
  if (answer !== undefined) {
    const wrong = `${podUid} answered at ${podIp} after it had gone`;
    return {
      ...none,
      wrong,
      witness: [kill.event, gone.event, answer.event],
      probes: probes.length,
    };
  }
  const few = probes.length < limits.oldAddressProbes;
  const doubts = few ? [`${podIp} was asked ${probes.length} times after its Pod had gone`] : [];
  return { ...none, doubts, probes: probes.length };
}

interface Heir {
  readonly ips: ReadonlySet<string | null>;
  readonly seen: Event;
}

/** The first Pod that came after a kill; while one Pod is killed at a time it is the one meant. */
function replacement(line: Timeline, kill: Kill, fault: Span): Heir | null {
  const before = new Set(podsAt(line, kill.fromMs).map((pod) => pod.podUid));
  const later = line
    .of("pods-seen")
    .filter((moment) => moment.fromMs > kill.fromMs && moment.fromMs <= fault.toMs);
  const heir = later.flatMap(({ event }) => event.pods).find((pod) => !before.has(pod.podUid));
  if (heir === undefined) return null;
  const sightings = later.filter(({ event }) =>
    event.pods.some((pod) => pod.podUid === heir.podUid && pod.ip !== null),
  );
  const seen = sightings[0]?.event;
  if (seen === undefined) return null;
  const all = sightings.flatMap(({ event }) => event.pods);
  return { seen, ips: new Set(all.filter((p) => p.podUid === heir.podUid).map((p) => p.ip)) };
}
