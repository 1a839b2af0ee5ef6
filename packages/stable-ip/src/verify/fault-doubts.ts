import type { EventOf, FaultKind, SeenPod } from "@svclab/contracts";
import type { Span } from "../history/span.ts";
import type { Moment, Timeline } from "../history/timeline.ts";
import { isReady, podsAt } from "./pods.ts";

const balancer = "web-public";

/** Why this fault cannot be said to have happened, whole: silence is never a pass. */
export function faultDoubts(line: Timeline, fault: FaultKind): string[] {
  const span = line.faultSpan(fault);
  if (span === null) return [`${fault} was not seen to begin and to end, once`];
  const before = podsAt(line, span.fromMs).filter((pod) => !pod.terminating);
  const { replicas } = line.began.world;
  if (before.length < replicas) {
    return [`${before.length} of ${replicas} Pods were there when ${fault} began`];
  }
  return happened[fault]({ line, span, before }).map((doubt) => `${fault}: ${doubt}`);
}

interface Scene {
  readonly line: Timeline;
  readonly span: Span;
  readonly before: readonly SeenPod[];
}

const happened: Readonly<Record<FaultKind, (scene: Scene) => string[]>> = {
  "leave-alone": () => [],
  spread: () => [],
  "hold-unready": ({ line, span, before }) => {
    const during = within(line, span);
    const held = before.some(({ podUid }) => {
      const own = during.flatMap((pods) => pods.filter((pod) => pod.podUid === podUid));
      return own.some((pod) => !pod.ready && !pod.terminating) && own.at(-1)?.ready === true;
    });
    return held ? [] : ["no Pod was seen to be held unready and to be ready again"];
  },
  "relabel-one": ({ line, span }) => {
    const off = line.of("pod-relabelled").find((moment) => inside(moment, span));
    if (off === undefined) return ["no Pod was seen to lose its label"];
    const { podUid } = off.event;
    const gone = line.of("pod-gone").find(({ event }) => event.podUid === podUid);
    // When it goes it is no longer among them either way.
    const before = podsAt(line, (gone?.fromMs ?? span.toMs) - 1);
    const kept = before.some((pod) => pod.podUid === podUid);
    return kept ? [`the workload kept Pod ${podUid}`] : [];
  },
  "sigkill-each": (scene) => [...killDoubts(scene), ...restartDoubts(scene)],
  "delete-each": killDoubts,
  "scale-to-zero": ({ line, span }) => {
    const zero = within(line, span).some((pods) => !pods.some(isReady));
    const sent = line.of("scale-sent").some((scale) => inside(scale, span));
    return [
      ...(sent ? [] : ["no scale was sent"]),
      ...(zero ? [] : ["a Pod was ready throughout"]),
    ];
  },
  "roll-out": ({ line, span, before }) => {
    const after = new Set(
      podsAt(line, span.toMs)
        .filter(isReady)
        .map((pod) => pod.podUid),
    );
    const stayed = before.filter((pod) => after.has(pod.podUid));
    const sent = line.of("roll-out-sent").some((rollOut) => inside(rollOut, span));
    return [
      ...(sent ? [] : ["no roll-out was sent"]),
      ...stayed.map((pod) => `Pod ${pod.name} was not replaced`),
    ];
  },
  "recreate-load-balancer": ({ line, span }) => {
    const seen = line.of("service-seen").filter(({ event }) => event.service === balancer);
    const gone = seen.find((moment) => inside(moment, span) && moment.event.deleted);
    const isAnother = ({ event }: Moment<EventOf<"service-seen">>) =>
      !event.deleted && event.uid !== gone?.event.uid;
    const back = seen.some((moment) => inside(moment, span) && isAnother(moment));
    return gone !== undefined && back ? [] : [`${balancer} was not seen to go and to come back`];
  },
  "delete-many": manyDoubts,
};

function manyDoubts({ line, span }: Scene): string[] {
  const kills = line.of("pod-kill-sent").filter((kill) => inside(kill, span)).length;
  return kills > 0 ? [] : ["no deletion was seen"];
}

function killDoubts({ line, span, before }: Scene): string[] {
  const kills = line.of("pod-kill-sent").filter((kill) => inside(kill, span));
  const killed = new Set(kills.map((kill) => kill.event.podUid));
  return before
    .filter((pod) => !killed.has(pod.podUid))
    .map((pod) => `no kill of Pod ${pod.name} was seen`);
}

function restartDoubts({ line, span, before }: Scene): string[] {
  const after = within(line, span).flat();
  return before
    .filter(
      (pod) =>
        !after.some((seen) => seen.podUid === pod.podUid && seen.containerId !== pod.containerId),
    )
    .map((pod) => `the container of Pod ${pod.name} was not seen to change`);
}

function within(line: Timeline, span: Span): (readonly SeenPod[])[] {
  return line
    .of("pods-seen")
    .filter((moment) => inside(moment, span))
    .map((moment) => moment.event.pods);
}

function inside(moment: Span, span: Span): boolean {
  return moment.fromMs >= span.fromMs && moment.toMs <= span.toMs;
}
