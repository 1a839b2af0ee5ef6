import type { Server, ServerResponse } from "node:http";
import { Server as NetServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { DrainLimits } from "./limits.ts";

const sweepMs = 50;

/** What a drain had to close by itself. `cut` counts connections with a request in flight. */
export interface Drained {
  readonly tookMs: number;
  readonly closedIdle: number;
  readonly cut: number;
}

/**
 * Follows the connections of a server from now on, so that it can be stopped without losing a
 * request. The returned function does that, once:
 *
 *   1. every answer says `Connection: close`, those to requests already in flight too;
 *   2. the listener stays open for stragglers;
 *   3. the listener closes; a kept connection goes after its next answer, or when idle for long;
 *   4. at the deadline whatever is left is cut.
 */
export function drainable(server: Server): (limits: DrainLimits) => Promise<Drained> {
  const idleSince = new Map<Socket, number>();
  const unanswered = new Set<ServerResponse>();
  const busy = new Set<Socket>();
  let draining = false;

  server.on("connection", (socket) => {
    idleSince.set(socket, performance.now());
    socket.once("close", () => idleSince.delete(socket));
  });
  server.prependListener("request", ({ socket }, response) => {
    unanswered.add(response);
    busy.add(socket);
    if (draining) sayClose(response);
    response.once("close", () => {
      unanswered.delete(response);
      busy.delete(socket);
      if (idleSince.has(socket)) idleSince.set(socket, performance.now());
    });
  });

  return async ({ stragglersMs, idleMs, deadlineMs }) => {
    const began = performance.now();
    draining = true;
    for (const response of unanswered) sayClose(response);
    await sleep(stragglersMs);
    stopListening(server);

    let closedIdle = 0;
    while (idleSince.size > 0 && performance.now() - began < deadlineMs) {
      for (const [socket, since] of idleSince) {
        if (busy.has(socket) || performance.now() - since < idleMs) continue;
        idleSince.delete(socket);
        socket.destroySoon();
        closedIdle++;
      }
      await sleep(sweepMs);
    }
    const cut = busy.size;
    for (const socket of idleSince.keys()) socket.destroy();
    return { tookMs: performance.now() - began, closedIdle, cut };
  };
}

function sayClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader("Connection", "close");
}

/** http.Server's own close() also cuts idle connections, under clients that are about to send. */
function stopListening(server: Server): void {
  if (server.listening) NetServer.prototype.close.call(server);
}
