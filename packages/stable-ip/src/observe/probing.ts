import type { PodRequest } from "@svclab/cluster";
import { ProberClock, type ProberPlan, type ProberTargets, ToolError } from "@svclab/contracts";

type ControlRequest = Omit<PodRequest, "port">;

/** One prober, wherever it runs. */
export interface Probing {
  readonly plan: ProberPlan;
  /** Sends a request to the prober's control; resolves to the body of a 2xx. */
  control(request: ControlRequest): Promise<string>;
  /** Resolves when the prober has ended and every line of it was read. */
  readonly ended: Promise<void>;
}

export async function nowAt(prober: Probing): Promise<number> {
  const body = await prober.control({ method: "GET", path: "/clock" });
  return ProberClock.parse(JSON.parse(body)).nowMs;
}

export async function setTargets(prober: Probing, body: ProberTargets): Promise<void> {
  await prober.control({ method: "PUT", path: "/targets", body });
}

/**
 * Calls `fail` where a prober ends, or cannot be read, before it is stopped by what this returns.
 * Once the signal has come nobody is told.
 */
export function superviseProber(
  prober: Probing,
  fail: (error: unknown) => void,
  signal: AbortSignal,
): () => Promise<void> {
  let stopping = false;
  prober.ended.then(
    () => {
      if (!stopping && !signal.aborted) fail(endedEarly(prober));
    },
    (error) => {
      if (!signal.aborted) fail(error);
    },
  );
  return () => {
    stopping = true;
    return stopProbing(prober);
  };
}

function endedEarly({ plan }: Probing): ToolError {
  return new ToolError({
    code: "prober-ended",
    expected: `${plan.recorder} to go on until it is told to stop`,
    found: "it ended by itself",
    todo: "read what it said before, in the lines above",
  });
}

/** Asks it to send nothing more, and waits for the rest of what it has to tell. */
export async function stopProbing(prober: Probing): Promise<void> {
  await prober.control({ method: "POST", path: "/stop" });
  await prober.ended;
}

export function bodyOf2xx(recorder: string, answer: { status: number; body: string }): string {
  if (answer.status >= 200 && answer.status < 300) return answer.body;
  throw new ToolError({
    code: "prober-control",
    expected: `${recorder} to take an order`,
    found: `${answer.status} ${answer.body.slice(0, 200)}`,
    todo: "read what it said before, in the lines above",
  });
}
