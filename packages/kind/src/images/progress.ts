/** Where a step's result came from. */
export type Came = "cache" | "work" | "registry";

export interface Progress {
  /** Runs one step and says when it begins and how it ended. */
  step(what: string, work: () => Promise<Came>): Promise<void>;
}

/** Plain lines, so that a log reads as well as a terminal: "[3/9] kube … 12 s, from cache". */
export function lineProgress(
  total: number,
  write: (line: string) => void,
  nowMs: () => number,
): Progress {
  const beganMs = nowMs();
  let n = 0;
  return {
    async step(what, work) {
      n += 1;
      const mark = `[${n}/${total}] ${what}`;
      const stepBeganMs = nowMs();
      const soFar = () => write(`${mark}: ${seconds(nowMs() - stepBeganMs)} so far`);
      const first = setTimeout(soFar, 1_000);
      const waiting = setInterval(soFar, 30_000);
      try {
        const came = await work();
        const took = seconds(nowMs() - stepBeganMs);
        const from = { cache: "from cache", work: "built", registry: "pulled" }[came];
        write(`${mark}: ${from}, ${took} (${seconds(nowMs() - beganMs)} in all)`);
      } finally {
        clearTimeout(first);
        clearInterval(waiting);
      }
    },
  };
}

function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}
