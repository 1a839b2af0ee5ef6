import http, { type IncomingMessage } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type Event, type EventOf, type HttpProbe, seenFrom, servedBy } from "@svclab/contracts";
import { nowMs } from "./clock.ts";
import { whyOf } from "./why.ts";

/** Sends a request to a target and resolves to what became of it; never rejects. */
export type Ask = (target: string, scheduledMs: number) => Promise<Event>;

export interface HttpAsking {
  readonly ask: Ask;
  /** From now on: `new` has as many clients as there were, and none of them keeps its connection. */
  readonly connect: (connection: HttpProbe["connection"]) => void;
}

/**
 * Exactly one connection a request, or a few clients in turn that keep theirs. A kept connection
 * that is still busy is not waited for: another one is opened, because the schedule does not wait
 * either.
 */
export function httpProbe(recorder: string, probe: HttpProbe): HttpAsking {
  let clients = agents(probe.connection, 1);
  let turn = 0;
  const connect: HttpAsking["connect"] = (connection) => {
    // What is under way ends on its own connection.
    for (const { freeSockets } of clients)
      for (const socket of Object.values(freeSockets).flat()) socket?.destroy();
    clients = agents(connection, clients.length);
  };
  const ask: Ask = (target, scheduledMs) =>
    new Promise((resolve) => {
      const sentMs = nowMs();
      const { path, port, url, timeoutMs } = probe;
      const client = turn++ % clients.length;
      const agent = clients[client] as http.Agent;
      const headers = probe.host === undefined ? {} : { host: probe.host };
      const request = http.request({ host: target, port, path: url, agent, headers });
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
      let step: EventOf<"unanswered">["step"] = "connect";
      request.on("socket", (socket) => {
        if (socket.connecting) socket.once("connect", () => (step = "answer"));
        else step = "answer";
      });
      const unanswered = (code: string | undefined): void => {
        const why = whyOf(code);
        const reused = request.reusedSocket;
        const connection = portOf(request.socket);
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
            : {
                ...{ kind: "unanswered", ...shared, why, step },
                ...(reused && { reused }),
                ...(connection !== undefined && { connection }),
              },
        );
      };
      const timer = setTimeout(() => {
        unanswered("ETIMEDOUT");
        request.destroy();
      }, timeoutMs);
      request.on("error", (error: NodeJS.ErrnoException) => unanswered(error.code));
      request.on("response", (response) => {
        // At its end a kept connection is no longer the answer's.
        const { localPort: connection = -1, localAddress: sent } = response.socket;
        response.on("error", (error: NodeJS.ErrnoException) => unanswered(error.code));
        response.on("end", () => {
          const { status, podUid } = headOf(response);
          const who = { status, podUid, connection };
          const seen = response.headers[seenFrom];
          const isTold = probe.tellsSource && sent !== undefined && typeof seen === "string";
          const more = {
            ...(probe.connection === "new" ? {} : { client }),
            ...(isTold ? { source: { sent, seen } } : {}),
          };
          end({ kind: "answered", from: recorder, path, target, ...times(), ...who, ...more });
        });
        response.resume();
      });
      request.end();
    });
  return { ask, connect };
}

/** One a client; `clients` is how many where each connects anew. */
function agents(connection: HttpProbe["connection"], clients: number): http.Agent[] {
  const keepAlive = connection !== "new";
  return Array.from({ length: keepAlive ? connection : clients }, () => {
    return new http.Agent({ keepAlive, maxFreeSockets: 1 });
  });
}

/** None before it has begun to connect, and after it was closed. */
function portOf(socket: Socket | null): number | undefined {
  const { port } = (socket?.address() ?? {}) as Partial<AddressInfo>;
  return port;
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
