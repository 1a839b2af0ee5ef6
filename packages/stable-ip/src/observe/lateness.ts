import { join } from "node:path";
import { type Event, pathId } from "@svclab/contracts";
import { type Removals, withRemovals } from "../removals.ts";
import type { RunRequest } from "../run.ts";
import { readChecker } from "./checker.ts";
import { machineClock } from "./clock.ts";
import { startClusterProber } from "./cluster-prober.ts";
import { readLab } from "./lab.ts";
import { applyAll } from "./manifests.ts";
import { blindOverMs, clusterControl } from "./plans.ts";
import { nowAt, superviseProber } from "./probing.ts";

/** From when requests were due to when they were sent, ms. */
export interface Lateness {
  readonly requests: number;
  /** Requests that got no answer, and stretches in which the prober stood still. */
  readonly lost: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
}

export type LatenessRequest = Pick<
  RunRequest,
  "cluster" | "manifests" | "images" | "podProgram" | "say" | "signal"
>;

const timeoutMs = 1_000;
/** Until a prober's program has warmed up: what it sends before is not counted. */
const warmMs = 2_000;

/**
 * How late a prober on one worker sends to the api's clusterIP, over a new connection each time and
 * with nothing done to the cluster: on one path for each of `perSecond`, all at once.
 */
export async function measureLateness(
  request: LatenessRequest,
  perSecond: readonly number[],
  forMs: number,
): Promise<Lateness> {
  const events: Event[] = [];
  const write = (event: Event) => void events.push(event);
  const probe = (removals: Removals) => probeFor(request, { removals, write }, perSecond, forMs);
  const fromMs = await withRemovals(probe, request.say);
  return latenessOf(events, fromMs);
}

async function probeFor(
  request: LatenessRequest,
  { removals, write }: { readonly removals: Removals; readonly write: (event: Event) => void },
  perSecond: readonly number[],
  forMs: number,
): Promise<number> {
  const { cluster, manifests, images, podProgram, say, signal } = request;
  const checker = await readChecker(join(manifests, "checker"), images);
  const lab = await readLab(cluster, signal);
  await applyAll(cluster, checker.objects, signal);
  const [node = ""] = lab.workers;
  const targets = [lab.clusterIP];
  const plan = {
    recorder: `prober@${node}`,
    control: clusterControl,
    blindOverMs,
    probes: perSecond.map((rate, nth) => ({
      ...{ kind: "http" as const, connection: "new" as const, url: "/whoami", timeoutMs },
      ...{ path: pathId(`cluster-ip-${nth}`, "new", node), perSecond: rate },
      ...{ targets, port: lab.servicePort },
    })),
  };
  const wanted = { template: checker.prober, name: `prober-${node}`, node, plan };
  const lost = new AbortController();
  const until = AbortSignal.any([signal, lost.signal]);
  const starting = { cluster, clock: machineClock, signal: until, removals };
  const prober = await startClusterProber({ ...wanted, podProgram, write, say }, starting);
  const stop = superviseProber(prober, (error) => lost.abort(error), until);
  const beganMs = await nowAt(prober);
  await machineClock.sleep(warmMs + forMs, until);
  await stop();
  return beganMs + warmMs;
}

/** Of what was due from a time on, by the prober's clock. */
export function latenessOf(events: readonly Event[], fromMs: number): Lateness {
  const requests = events.flatMap((event) =>
    (event.kind === "answered" || event.kind === "unanswered") && event.scheduledMs >= fromMs
      ? [event]
      : [],
  );
  const late = requests.map((one) => one.sentMs - one.scheduledMs).toSorted((a, b) => a - b);
  /** The least that no more than the rest of them exceed. */
  const quantile = (share: number) => late[Math.ceil(late.length * share) - 1] ?? Number.NaN;
  const blind = events.filter(({ kind, atMs }) => kind === "blind" && atMs >= fromMs);
  const lost = requests.filter(({ kind }) => kind === "unanswered").length + blind.length;
  return { requests: late.length, lost, p99Ms: quantile(0.99), p999Ms: quantile(0.999) };
}
