import type { FaultKind } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { type HistoryBuilder, history } from "./builder.ts";
import type { Ways, Why } from "./ways.ts";

/** What a whole run in a test may be told to do besides. */
export interface WholeRun extends Partial<Ways> {
  /** After the steady state, before the first fault. */
  readonly change?: (history: HistoryBuilder) => void;
  /** The fault in which the Pod that was killed last is killed once more. */
  readonly oneMore?: FaultKind;
  /** Ticks of 100 ms for which one Pod is held unready. */
  readonly unreadyTicks?: number;
  /** Ticks of 100 ms for which a Pod without its label is still one of the workload's. */
  readonly letGoTicks?: number;
  readonly connections?: number;
  readonly deletions?: number;
  /** Requests from each worker in 100 ms, while many Pods are deleted. */
  readonly gracefulEach?: number;
  /** Which Pod, 0 to 2, gets the nth connection from a node. */
  readonly pick?: (nth: number, node: string) => number | Why;
}

/** A whole, orderly run of what one claim needs. */
export function wholeRun(claim: Claim, run: WholeRun = {}): History {
  const built = history(run).service("10.96.0.9").steady();
  if (run.violation != null) built.violation(run.violation);
  run.change?.(built);
  built.answers(80);
  const done = claim.faults.filter((fault) => run.faults?.includes(fault) ?? true);
  for (const fault of done) built.fault(fault, () => faults[fault](built, run));
  return built.answers(15).end();
}

const faults: Readonly<Record<FaultKind, (built: HistoryBuilder, run: WholeRun) => void>> = {
  "leave-alone": (built) => built.answers(80),
  spread: (built, run) => built.load(run.connections ?? 10_700, run.pick ?? fairPick()),
  "hold-unready": (built, { unreadyTicks = 90 }) => {
    const [name = ""] = built.names();
    built.ready(name, false).answers(unreadyTicks).ready(name, true).answers(5);
  },
  "relabel-one": (built, { letGoTicks }) => built.relabel(built.names()[0] ?? "", letGoTicks),
  "sigkill-each": (built, { oneMore }) => {
    for (const name of built.names()) built.kill(name, "sigkill");
    if (oneMore === "sigkill-each") built.kill(built.names().at(-1) ?? "", "sigkill");
  },
  "delete-each": (built, { oneMore }) => {
    for (const name of built.names()) built.kill(name);
    if (oneMore === "delete-each") built.kill(built.names().at(-1) ?? "");
  },
  "scale-to-zero": (built) => built.scale(0).scale(3),
  "roll-out": (built) => built.rollOut(),
  "recreate-load-balancer": (built) => {
    const service = "web-public";
    built.service("10.96.0.9", { service, deleted: true }).answers(2);
    const again = { service, uid: "uid-again" };
    built.service("10.96.0.9", { ...again, loadBalancer: [] }).answers(20);
    built.service("10.96.0.9", again).answers(110);
  },
  "delete-many": (built, { deletions = 20, gracefulEach = 1 }) =>
    built.deleteMany(deletions, gracefulEach),
};

/** 0, 1 and 2, each with the same chance; the same sequence every time (mulberry32). */
export function fairPick(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * 3);
  };
}
