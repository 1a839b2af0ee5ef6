import { createServer, type RequestListener, type Server, STATUS_CODES } from "node:http";
import type { AddressInfo } from "node:net";
import { type Identity, seenFrom, servedBy, ToolError } from "@svclab/contracts";
import { limits } from "./limits.ts";

/** A server with the limits of `limits.ts`, whose every answer says which Pod gave it. */
export function createPodServer(identity: Identity, handler: RequestListener): Server {
  const who = [
    [servedBy.podUid, identity.podUid],
    [servedBy.podName, identity.podName],
    [servedBy.node, identity.node],
  ] as const;
  const server = createServer(
    {
      keepAliveTimeout: limits.keepAliveMs,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
    },
    (request, response) => {
      for (const [name, value] of who) response.setHeader(name, value);
      response.setHeader(seenFrom, plainAddress(request.socket.remoteAddress));
      handler(request, response);
    },
  );
  answerUnparsable(server, who);
  return server;
}

/**
 * Resolves to the port, once the server accepts.
 * @throws ToolError `port-taken`
 */
export async function listen(server: Server, port: number): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, () => {
        server.off("error", reject);
        resolve();
      });
    });
  } catch (cause) {
    throw new ToolError({
      code: "port-taken",
      expected: `port ${port} to be free`,
      found: String(cause),
      todo: "stop the process that holds it, or set another port",
      cause,
    });
  }
  return (server.address() as AddressInfo).port;
}

/** A dual-stack listener sees IPv4 peers as ::ffff:a.b.c.d; what the wire says is a.b.c.d. */
export function plainAddress(address = ""): string {
  return address.replace(/^::ffff:(?=\d+\.)/, "");
}

/** Bytes that are not HTTP never reach the handler; Node.js would answer them without our headers. */
function answerUnparsable(server: Server, who: readonly (readonly [string, string])[]): void {
  const statusOf: Readonly<Record<string, number>> = {
    HPE_HEADER_OVERFLOW: 431,
    ERR_HTTP_REQUEST_TIMEOUT: 408,
  };
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy();
    const status = statusOf[error.code ?? ""] ?? 400;
    const body = JSON.stringify({ type: "about:blank", title: STATUS_CODES[status], status });
    const headers = [
      ...who,
      ["Content-Type", "application/problem+json"],
      ["Content-Length", String(Buffer.byteLength(body))],
      ["Connection", "close"],
    ];
    const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`);
  });
}
