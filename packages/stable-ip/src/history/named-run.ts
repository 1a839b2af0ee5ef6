import type { Claim, History } from "../claim.ts";
import { DatabaseHistory } from "./database-history.ts";
import { memberPods, writerRecorder } from "./writer-paths.ts";

/** The Pods of the database at one moment. */
export interface NamedPod {
  readonly name: string;
  readonly ip: string | null;
  readonly ready: boolean;
  readonly terminating?: boolean;
}

export interface Naming {
  /** What is answered to a query on a path; null: nothing. By default what is right at once. */
  readonly answer: (path: string, pods: readonly NamedPod[], atMs: number) => string[] | null;
  /** Between two queries. */
  readonly everyMs?: number;
  /** mysql-1 goes at 5 s, and comes back with another IP at 8 s and ready at 12 s. */
  readonly replaced?: boolean;
  /** How much earlier than at 5 s it begins to go. */
  readonly earlierMs?: number;
}

const before: readonly NamedPod[] = memberPods.map((name, at) => ({
  ...{ name, ip: `10.0.0.${at}`, ready: true },
}));
const changed = (to: Partial<NamedPod> | null): readonly NamedPod[] =>
  before.flatMap((pod) =>
    pod.name !== "mysql-1" ? [pod] : to === null ? [] : [{ ...pod, ...to }],
  );

/** A run of 20 s in which the names of a claim are asked for all the time. */
export function namedRun({ paths }: Claim, naming: Naming): History {
  const { answer, everyMs = 200, replaced = true, earlierMs = 0 } = naming;
  const steps: readonly (readonly [number, readonly NamedPod[]])[] = [
    [0, before],
    [5_000 - earlierMs, changed({ ready: false, terminating: true })],
    [6_000, changed(null)],
    [7_000, changed({ ip: null, ready: false })],
    [8_000, changed({ ip: "10.0.0.9", ready: false })],
    [12_000, changed({ ip: "10.0.0.9" })],
  ];
  const history = new DatabaseHistory();
  let shown: readonly NamedPod[] = [];
  for (let atMs = 0; atMs <= 20_000; atMs += everyMs) {
    const pods =
      (replaced ? steps : steps.slice(0, 1)).findLast(([from]) => from <= atMs)?.[1] ?? [];
    if (pods !== shown) history.fact({ kind: "pods-seen", pods: pods.map(seenPod) });
    shown = pods;
    for (const path of paths) {
      const addresses = answer(path, pods, atMs);
      const asked = { path, name: path, tookMs: 1 };
      const event = addresses
        ? { kind: "resolved", ...asked, addresses }
        : { kind: "unresolved", ...asked, why: "ETIMEOUT" };
      history.fact({ ...event, from: writerRecorder });
    }
    history.wait(everyMs);
  }
  return history.end();
}

function seenPod({ name, ip, ready, terminating = false }: NamedPod) {
  return {
    podUid: `${name} at ${ip}`,
    name,
    ip,
    node: "n1",
    ready,
    terminating,
    containerId: null,
  };
}
