import { KillMode, type MatrixRound } from "@svclab/contracts";
import { limits } from "../limits.ts";
import { type Quantile, quantile } from "../verify/statistics.ts";

/** What all rounds of one kill showed on one way to the Pods. */
export interface Cell {
  readonly route: string;
  readonly rounds: number;
  readonly requests: number;
  readonly lost: number;
  /** Rounds in which a request was lost. */
  readonly costly: number;
  /** Of the longest silence of each round, ms. */
  readonly median: Quantile;
  readonly p90: Quantile;
  readonly worstMs: number;
}

export interface Row {
  readonly kill: KillMode;
  readonly rounds: number;
  readonly cells: readonly Cell[];
  /** From the kill until the API said that the Pod is not ready, ms; null where it never did. */
  readonly noticed: Quantile | null;
  /** From the kill until no node's rules led to the Pod, ms; null where that was never seen. */
  readonly rules: Quantile | null;
}

/** Every kill of which there is a round, in the order of the list of kills. */
export function rowsOf(all: readonly MatrixRound[]): Row[] {
  return KillMode.options.flatMap((kill) => {
    const rounds = all.filter((round) => round.kill === kill);
    if (rounds.length === 0) return [];
    const routes = [...new Set(rounds.flatMap(({ paths }) => Object.keys(paths)))].sort();
    const noticed = middle(rounds.flatMap(({ noticedMs }) => noticedMs ?? []));
    const rules = middle(rounds.flatMap(({ rulesMs }) => rulesMs ?? []));
    const cells = routes.flatMap((route) => cellOf(route, rounds) ?? []);
    return [{ kill, rounds: rounds.length, cells, noticed, rules }];
  });
}

function cellOf(route: string, rounds: readonly MatrixRound[]): Cell | null {
  const seen = rounds.flatMap(({ paths }) => paths[route] ?? []);
  const silences = seen.map(({ silenceMs }) => silenceMs);
  const [half, most] = [middle(silences), quantile(silences, 0.9, limits.confidenceShare)];
  if (half === null || most === null) return null;
  return {
    route,
    rounds: seen.length,
    requests: seen.reduce((sum, { requests }) => sum + requests, 0),
    lost: seen.reduce((sum, { lost }) => sum + lost, 0),
    costly: seen.filter(({ lost }) => lost > 0).length,
    median: half,
    p90: most,
    worstMs: Math.max(...silences),
  };
}

const middle = (values: readonly number[]) => quantile(values, 0.5, limits.confidenceShare);
