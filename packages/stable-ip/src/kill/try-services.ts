import { ApiError, type KubeObject, kinds, type Service } from "@svclab/cluster";
import { type EventOf, violationLabel } from "@svclab/contracts";
import type { NamedChange, Violation } from "../claim.ts";
import { untilGone } from "../observe/until-gone.ts";
import type { Hands } from "./hands.ts";
import { limits } from "./limits.ts";

/** What claims name as paths that look at this. */
const takenIpsRoute = "taken-ips";
const takenNodePortsRoute = "taken-node-ports";

type Tried = EventOf<"creation-tried">;
/** The IP or node port that was given, and what takes the Service away; null: it was refused. */
type Made = { readonly got: string; readonly remove: () => Promise<void> } | null;

const everyMs = 200;
/** Below every range of node ports that is in use. */
const outsidePort = 80;

/** What is tried, and with which mistake. */
export interface Trials {
  /** Of the run's claims. */
  readonly routes: ReadonlySet<string>;
  readonly violation: Violation | null;
  /** An address that is not the service network's. */
  readonly outside: string;
}

/** Creates Services for a moment, where a claim needs it, and writes down what the API says of each. */
export async function tryServices(hands: Hands, trials: Trials): Promise<void> {
  const { routes, violation, outside } = trials;
  const asks = (fault: NamedChange) =>
    violation !== null && "fault" in violation.how && violation.how.fault === fault;
  if (routes.has(takenIpsRoute)) await tryTakenIps(hands, outside, asks("asks-for-a-free-ip"));
  if (routes.has(takenNodePortsRoute))
    await tryTakenNodePorts(hands, asks("asks-for-a-free-node-port"));
}

/**
 * Creates a Service with any IP and asks, while it is there, for one more with the same IP, and for
 * one with an address that is not the service network's. `asksForAnother`: in the place of the same
 * IP any is asked for, which must not count as refused.
 */
async function tryTakenIps(hands: Hands, outside: string, asksForAnother: boolean): Promise<void> {
  const { cluster, record, signal } = hands;
  const first = await tryService(hands, "service-with-any-ip", {});
  const same = asksForAnother ? {} : { clusterIP: first?.got ?? "" };
  await tryAndRemove(hands, "service-with-a-taken-ip", same);
  await tryAndRemove(hands, "service-with-an-ip-outside", { clusterIP: outside });
  const all = (await cluster.list(kinds.service, {}, signal)).items;
  const ips = all.map((one) => [`${one.metadata.namespace}/${one.metadata.name}`, ipOf(one)]);
  record({ kind: "service-ips-seen", ips: Object.fromEntries(ips) });
  await first?.remove();
}

/** The same of node ports; once the first Service has gone, its port is asked for again. */
async function tryTakenNodePorts(hands: Hands, asksForAnother: boolean): Promise<void> {
  const { clock, signal } = hands;
  const type = "NodePort";
  const first = await tryService(hands, "any-node-port", { type });
  const nodePort = Number(first?.got ?? 0);
  const same = { type, ...(asksForAnother ? {} : { nodePort }) };
  await tryAndRemove(hands, "taken-node-port", same);
  await tryAndRemove(hands, "node-port-outside", { type, nodePort: outsidePort });
  await first?.remove();
  // It may be given back a moment after its Service has gone.
  const untilMs = clock.nowMs() + limits.portFreedMs;
  const again = () => tryService(hands, "freed-node-port", { type, nodePort });
  let made = await again();
  while (made === null && clock.nowMs() < untilMs) {
    await clock.sleep(everyMs, signal);
    made = await again();
  }
  await made?.remove();
}

interface Wish {
  readonly type?: string;
  readonly clusterIP?: string;
  readonly nodePort?: number;
}

async function tryAndRemove(hands: Hands, what: Tried["what"], wish: Wish): Promise<void> {
  const made = await tryService(hands, what, wish);
  await made?.remove();
}

/** Writes down what the API says, and what it gave. Should the run be killed, the next install finds it. */
async function tryService(
  { cluster, namespace, record, clock, signal, removals }: Hands,
  what: Tried["what"],
  { nodePort, ...spec }: Wish,
): Promise<Made> {
  const asked = `${nodePort ?? spec.clusterIP ?? "any"}`;
  const ports = [{ port: 80, ...(nodePort === undefined ? {} : { nodePort }) }];
  const metadata = { name: `tried-${what}`, namespace, labels: { [violationLabel]: "tried" } };
  const object = { ...kinds.service, metadata, spec: { ...spec, ports } } as KubeObject;
  const ref = { ...kinds.service, namespace, name: metadata.name };
  const removed = removals.add(`Service ${metadata.name}`, (until) =>
    cluster.remove(ref, {}, until),
  );
  try {
    const service = (await cluster.create(object, signal)) as Service;
    const got = spec.type === undefined ? ipOf(service) : nodePortOf(service);
    record({ kind: "creation-tried", what, asked, status: 201, said: "created", got });
    const remove = async () => {
      await cluster.remove(ref, {}, signal);
      await untilGone(ref, { cluster, clock, signal, limitMs: limits.scaleMs });
      removed();
    };
    return { got, remove };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // An API that fails may have created it all the same.
    if (error.status < 500) removed();
    record({ kind: "creation-tried", what, asked, status: error.status, said: error.message });
    return null;
  }
}

function ipOf({ spec }: Service): string {
  return spec.clusterIP ?? "";
}

function nodePortOf({ spec }: Service): string {
  return `${spec.ports?.[0]?.nodePort ?? ""}`;
}
