import type { Cluster } from "@svclab/cluster";
import type { Clock } from "../observe/clock.ts";
import type { RecordFact } from "../observe/fact.ts";
import type { World } from "../observe/world.ts";
import type { Removals } from "../removals.ts";

/**
 * Runs a program on a node, outside every container; resolves to its standard output. `input`: its
 * standard input.
 */
export type NodeShell = (node: string, argv: string[], input?: string) => Promise<string>;

/**
 * Runs a program on a node until the signal, and hands on each line of its output as it comes.
 * Resolves when it has ended: to how it ended by itself, or to null where the signal came.
 */
export type NodeFollow = (
  node: string,
  argv: string[],
  onLine: (line: string) => void,
  signal: AbortSignal,
) => Promise<string | null>;

/** All that whoever changes the world may touch. */
export interface Hands {
  readonly cluster: Cluster;
  readonly nodeShell: NodeShell;
  readonly namespace: string;
  readonly deployment: string;
  /** Pods there should be. */
  readonly replicas: number;
  readonly world: World;
  readonly record: RecordFact;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly removals: Removals;
}

/** Of whoever kills, and must know whether that was seen. */
export interface KillingHands extends Hands {
  /** Grows each time a recorder was blind, stood still or was late. */
  readonly stalls: () => number;
  /** How many answers have come on a route so far. */
  readonly answers: (route: string) => number;
}
