import exec from "k6/execution";
import http from "k6/http";
import type { Options } from "k6/options";

/** The environment that the run gives this Pod; see packages/stable-ip/src/kill/spread.ts. */
const { TARGET = "", RECORDER = "", PATH_ID = "", NODE = "", RATE = "0", SECONDS = "0" } = __ENV;
const perSecond = Number(RATE);

// One connection a request, so that every request is a draw of its own.
export const options: Options = {
  noConnectionReuse: true,
  noVUConnectionReuse: true,
  discardResponseBodies: false,
  scenarios: {
    spread: {
      executor: "constant-arrival-rate",
      exec: "spread",
      rate: perSecond,
      timeUnit: "1s",
      duration: `${SECONDS}s`,
      // A second's worth, so that nothing is dropped while the machine stands still for less.
      preAllocatedVUs: perSecond,
      maxVUs: perSecond,
      gracefulStop: "10s",
    },
  },
};

interface Echo {
  readonly source?: { readonly port?: number };
}

/**
 * One line an iteration, an event of packages/contracts. k6 does not tell its own port, so the
 * port is the one that the Pod saw: one connection a request, witnessed by the other side.
 */
export function spread(): void {
  const { startTime, iterationInTest } = exec.scenario;
  // The nth iteration belongs to the nth tick as long as none was dropped, which is told at the end.
  const scheduledMs = Math.floor(startTime + (iterationInTest * 1_000) / perSecond);
  const sentMs = Date.now();
  const answer = http.get(TARGET, { timeout: "5s", redirects: 0 });
  const atMs = Date.now();
  const times = { atMs, scheduledMs, sentMs, tookMs: atMs - scheduledMs };
  const shared = { from: RECORDER, path: PATH_ID, ...times };
  if (answer.error_code !== 0 && answer.status === 0) {
    tell({ kind: "unanswered", ...shared, why: whyOf(answer.error_code) });
    return;
  }
  const podUid = answer.headers["X-Served-By-Uid"] ?? "";
  const echo = answer.status === 200 ? (answer.json() as unknown as Echo) : {};
  const connection = echo.source?.port ?? -1;
  tell({ kind: "answered", ...shared, podUid, status: answer.status, connection });
}

interface Summary {
  readonly metrics: Readonly<Record<string, { readonly values: { readonly count?: number } }>>;
}

/** k6's own count of what it should have sent and did not. A metric without samples is left out. */
export function handleSummary({ metrics }: Summary): { readonly stdout: string } {
  const count = (metric: string): number => metrics[metric]?.values.count ?? 0;
  const dropped = count("dropped_iterations");
  const scheduled = count("iterations") + dropped;
  const ended = { kind: "load-ended", path: PATH_ID, node: NODE, scheduled, dropped };
  return { stdout: `${JSON.stringify({ atMs: Date.now(), from: RECORDER, ...ended })}\n` };
}

function tell(event: object): void {
  console.log(JSON.stringify(event));
}

/** https://grafana.com/docs/k6/latest/javascript-api/error-codes/ */
function whyOf(code: number): string {
  if (code === 1050 || code === 1211) return "timeout";
  if (code === 1212) return "refused";
  if (code >= 1100 && code < 1200) return "dns";
  if (code === 1210 || code === 1213) return "unreachable";
  return "reset";
}
