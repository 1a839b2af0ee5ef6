import { sleep } from "k6";
import http, { type RefinedResponse } from "k6/http";
import type { Options } from "k6/options";

/** The environment that the run gives this Pod; see packages/stable-ip/src/kill/spread.ts. */
const { TARGET = "", RECORDER = "", PATH_ID = "", NODE = "" } = __ENV;
const { CLIENTS = "1", CONNECTIONS = "0", PACE_MS = "0", LIMIT_SECONDS = "0" } = __ENV;

// One connection a request, so that every request is a draw of its own. Each client waits for its
// answer, so that a slow machine makes the load longer, not the queue.
export const options: Options = {
  noConnectionReuse: true,
  noVUConnectionReuse: true,
  discardResponseBodies: false,
  scenarios: {
    spread: {
      executor: "shared-iterations",
      exec: "spread",
      vus: Number(CLIENTS),
      iterations: Number(CONNECTIONS),
      maxDuration: `${LIMIT_SECONDS}s`,
      gracefulStop: "10s",
    },
  },
};

interface Echo {
  readonly source?: { readonly port?: number };
}

/** One line an iteration, an event of packages/contracts. */
export function spread(): void {
  const sentMs = Date.now();
  const answer = http.get(TARGET, { timeout: "5s", redirects: 0 });
  const atMs = Date.now();
  const tookMs = atMs - sentMs;
  const times = { atMs, scheduledMs: sentMs, sentMs, tookMs };
  tell({ ...seenIn(answer), from: RECORDER, path: PATH_ID, ...times });
  sleep(Math.max(0, Number(PACE_MS) - tookMs) / 1_000);
}

/**
 * k6 does not tell its own port, so the port is the one that the Pod saw: one connection a request,
 * witnessed by the other side.
 */
function seenIn(answer: RefinedResponse<"text">): object {
  if (answer.error_code !== 0 && answer.status === 0) {
    return { kind: "unanswered", why: whyOf(answer.error_code) };
  }
  const podUid = answer.headers["X-Served-By-Uid"] ?? "";
  const echo = answer.status === 200 ? (answer.json() as unknown as Echo) : {};
  const connection = echo.source?.port ?? -1;
  return { kind: "answered", podUid, status: answer.status, connection };
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
