import { setTimeout as sleep } from "node:timers/promises";
import type { Echo } from "@svclab/contracts";
import { limits, parseInput, plainAddress } from "@svclab/service-kit";
import { type Request, type RequestHandler, raw } from "express";
import { z } from "zod";

/** ?status=200..599 and ?delayMs=0..30000 shape the answer. */
const Query = z.strictObject({
  status: z.coerce.number().int().min(200).max(599).default(200),
  delayMs: z.coerce.number().int().min(0).max(30_000).default(0),
});

/** Any method. The body is read to its end, up to a limit, and not sent back. */
export const echo: RequestHandler[] = [
  raw({ limit: limits.bodyBytes, type: () => true }),
  async (request, response) => {
    const { status, delayMs } = parseInput(Query, request.query, "query");
    await sleep(delayMs);
    response.status(status).json(describe(request));
  },
];

function describe({ method, originalUrl, httpVersion, headers, socket }: Request): Echo {
  return {
    method,
    url: originalUrl,
    httpVersion,
    source: { address: plainAddress(socket.remoteAddress), port: socket.remotePort ?? 0 },
    local: { address: plainAddress(socket.localAddress), port: socket.localPort ?? 0 },
    headers: Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    ),
  };
}
