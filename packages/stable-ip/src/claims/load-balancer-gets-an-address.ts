import type { EventOf, Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { intersect, lengthMs, overlaps, type Span } from "../history/span.ts";
import { type Moment, type Request, type Timeline, timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { roundMs } from "../verify/measured.ts";
import { pathEvidence } from "../verify/path-doubts.ts";
import { isLost, longestSilence } from "../verify/requests.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { judgedSpan, watchDoubts } from "../verify/watch-doubts.ts";

const service = "web-public";
const path = "load-balancer/new@host";

export const loadBalancerGetsAnAddress: Claim = {
  id: "load-balancer-gets-an-address",
  statement:
    "A Service of type LoadBalancer MUST get an address within 30 s, and traffic from outside the cluster MUST arrive through it.",
  source: "https://kubernetes.io/docs/concepts/services-networking/service/#loadbalancer",
  matters: "Without the address the Service is a ClusterIP with a longer name.",
  seen: "The Service is made anew; its status is watched for an address, and that address is asked from outside of the cluster.",
  upstream:
    "End-to-end tests on clouds make one and reach it; the time has no limit but the timeout of the test.",
  needs: ["node-addresses"],
  paths: ["load-balancer/new"],
  faults: ["recreate-load-balancer"],
  limits: { addressMs: limits.addressMs, loadBalancerSilenceMs: limits.loadBalancerSilenceMs },
  violations: [
    {
      name: "load-balancer-class-nobody-serves",
      how: { variant: "load-balancer-class-nobody-serves" },
      text: "spec.loadBalancerClass names a controller that is not there: no address comes.",
    },
  ],
  judge,
};

/** A stretch in which the Service was, or was not, seen with an address. */
interface Stage extends Span {
  readonly addresses: readonly string[];
  readonly seen: EventOf<"service-seen">;
}

function judge(history: History): Verdict {
  const line = timeline(history);
  const span = judgedSpan(line);
  const stages = stagesOf(line, span.toMs);
  const bare = stages.filter((stage) => stage.addresses.length === 0);
  const served = stages.filter((stage) => stage.addresses.length > 0);
  const { doubts, requests, latenessMs } = pathEvidence(line, {
    path,
    span,
    decidesOnMs: limits.loadBalancerSilenceMs,
    unbroken: false,
  });
  const silence = served
    .map((stage) => longestSilence(askedOf(stage, requests), intersect([stage], [span])))
    .reduce((worst, one) => (one.ms > worst.ms ? one : worst), { ms: 0, around: [] });
  const last = stages.at(-1);
  const asked = last === undefined ? [] : askedOf(last, requests);
  const answers = asked.filter((one) => !isLost(one)).length;
  const longestBare = bare.toSorted((a, b) => lengthMs(b) - lengthMs(a))[0];
  const measured = {
    addresses: [...new Set(stages.flatMap((stage) => stage.addresses))].join(" ") || "none",
    withoutAddressMs: roundMs(longestBare === undefined ? 0 : lengthMs(longestBare)),
    answers,
    lost: asked.length - answers,
    longestSilenceMs: roundMs(silence.ms),
    addressLimitMs: limits.addressMs,
    silenceLimitMs: limits.loadBalancerSilenceMs,
    latenessMs: roundMs(latenessMs),
  };
  if (isDeleted(line)) return unknown([`the Service ${service} was deleted`], measured);
  const blind = watchDoubts(line, span, limits.loadBalancerSilenceMs);
  if (blind.length > 0) return unknown(blind, measured);
  if (longestBare !== undefined && lengthMs(longestBare) > limits.addressMs) {
    const why = `${service} had no address for ${Math.round(lengthMs(longestBare))} ms`;
    return broken(why, measured, [longestBare.seen]);
  }
  if (stages.at(-1)?.addresses.length === 0) {
    return unknown([`the run ended before ${service} had waited ${limits.addressMs} ms`], measured);
  }
  if (asked.length === 0) return unknown([`nobody asked ${last?.addresses.join()}`], measured);
  const few = answers < limits.rowAnswers && silence.ms <= limits.loadBalancerSilenceMs;
  const waited = bare.some((stage) => stage.seen.uid === last?.seen.uid && lengthMs(stage) > 0);
  const all = [
    ...doubts,
    ...(few ? [`${answers} answers are too few`] : []),
    ...(waited ? [] : [`${service} was never seen to wait for an address`]),
  ];
  if (all.length > 0) return unknown(all, measured);
  if (silence.ms > limits.loadBalancerSilenceMs) {
    const why = `no answer came through the address for ${Math.round(silence.ms)} ms`;
    const lost = requests.filter(isLost).map((one) => one.event);
    return broken(why, measured, [...silence.around, ...lost]);
  }
  return holds(measured);
}

/** Requests to the stage's own addresses while it lasted: the prober may be told of them later. */
function askedOf(stage: Stage, requests: readonly Request[]): readonly Request[] {
  return requests.filter(
    (one) => stage.addresses.includes(one.event.target ?? "") && overlaps(one, stage),
  );
}

function stagesOf(line: Timeline, endMs: number): Stage[] {
  const seen = sightings(line);
  const stages: Stage[] = [];
  for (const [at, moment] of seen.entries()) {
    const last = stages.at(-1);
    const toMs = seen[at + 1]?.fromMs ?? endMs;
    if (moment.event.deleted) continue;
    if (last !== undefined && continues(seen[at - 1], moment)) {
      stages[stages.length - 1] = { ...last, toMs };
    } else {
      const addresses = moment.event.loadBalancer;
      stages.push({ fromMs: moment.fromMs, toMs, addresses, seen: moment.event });
    }
  }
  return stages;
}

function isDeleted(line: Timeline): boolean {
  return sightings(line).at(-1)?.event.deleted === true;
}

function sightings(line: Timeline): readonly Sighting[] {
  return line.of("service-seen").filter(({ event }) => event.service === service);
}

type Sighting = Moment<EventOf<"service-seen">>;

function continues(before: Sighting | undefined, now: Sighting): boolean {
  if (before === undefined || before.event.deleted) return false;
  return (
    before.event.uid === now.event.uid &&
    before.event.loadBalancer.join() === now.event.loadBalancer.join()
  );
}
