import http, { type IncomingMessage } from "node:http";
import { type Event, type HttpProbe, servedBy } from "@svclab/contracts";
import { nowMs } from "./clock.ts";
import { whyOf } from "./why.ts";

/** Sends a request to a target and resolves to what became of it; never rejects. */
export type Ask = (target: string, scheduledMs: number) => Promise<Event>;

/**
 * Exactly one connection a request, or a few kept ones used in turn. A kept connection that is
 * still busy is not waited for: another one is opened, because the schedule does not wait either.
 */
export function httpProbe(recorder: string, probe: HttpProbe): Ask {
  const nextAgent = agents(probe.connection);
  return (target, scheduledMs) =>
    new Promise((resolve) => {
      const sentMs = nowMs();
      const { path, port, url, timeoutMs } = probe;
      const request = http.request({ host: target, port, path: url, agent: nextAgent() });
      const end = (event: Event): void => {
        clearTimeout(timer);
        resolve(event);
      };
      const times = () => {
        const atMs = nowMs();
        const tookMs = round(atMs - scheduledMs);
        return {
          atMs: round(atMs),
          scheduledMs: round(scheduledMs),
          sentMs: round(sentMs),
          tookMs,
        };
      };
      const unanswered = (code: string | undefined): void => {
        const why = whyOf(code);
        const shared = { from: recorder, path, target, ...times() };
        end(
          why === null
            ? {
                kind: "blind",
                atMs: shared.atMs,
                from: recorder,
                forMs: shared.tookMs,
                why: `${code}`,
              }
            : { kind: "unanswered", ...shared, why },
        );
      };
      const timer = setTimeout(() => {
        unanswered("ETIMEDOUT");
        request.destroy();
      }, timeoutMs);
      request.on("error", (error: NodeJS.ErrnoException) => unanswered(error.code));
      request.on("response", (response) => {
        const connection = response.socket.localPort ?? -1;
        response.on("error", (error: NodeJS.ErrnoException) => unanswered(error.code));
        response.on("end", () => {
          const { status, podUid } = headOf(response);
          const who = { status, podUid, connection };
          end({ kind: "answered", from: recorder, path, target, ...times(), ...who });
        });
        response.resume();
      });
      request.end();
    });
}

function agents(connection: HttpProbe["connection"]): () => http.Agent {
  if (connection === "new") {
    const agent = new http.Agent({ keepAlive: false });
    return () => agent;
  }
  const kept = Array.from({ length: connection }, () => {
    return new http.Agent({ keepAlive: true, maxFreeSockets: 1 });
  });
  let turn = 0;
  return () => kept[turn++ % kept.length] as http.Agent;
}

/** No header, no uid: an answer that does not say who gave it came from none of our Pods. */
function headOf(response: IncomingMessage) {
  const uid = response.headers[servedBy.podUid];
  return { status: response.statusCode ?? 0, podUid: typeof uid === "string" ? uid : "" };
}

/** Microseconds: finer is noise, and makes every line longer. */
function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
