import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type ProberPlan, ProberTargets } from "@svclab/contracts";
import { nowMs } from "./clock.ts";
import { readNotes } from "./notes/read-notes.ts";
import type { Prober } from "./prober.ts";

/**
 * GET /clock, PUT /targets, POST /end-notes, GET /notes-read, POST /stop, for the run that started this prober. Resolves to the port
 * when it listens.
 */
export async function serveControl(
  { host, port }: ProberPlan["control"],
  prober: Prober,
  stop: () => void,
): Promise<number> {
  const server = createServer(async (request, response) => {
    const asked = `${request.method} ${request.url}`;
    if (asked === "GET /clock") return void response.end(JSON.stringify({ nowMs: nowMs() }));
    if (asked === "PUT /targets") return void response.writeHead(await set(request, prober)).end();
    if (asked === "POST /stop") return void response.writeHead(202).end(stop);
    if (asked === "POST /end-notes") {
      await prober.endNotes();
      return void response.writeHead(204).end();
    }
    if (asked.startsWith("GET /notes-read?")) return answerNotes(request, response);
    response.writeHead(404).end();
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.on("error", reject).listen(port, host, resolve);
  await promise;
  // Requests in flight and the plan's schedule keep the process alive, not who may still ask.
  server.unref();
  return (server.address() as AddressInfo).port;
}

async function answerNotes(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { searchParams } = new URL(request.url ?? "", "http://control");
  try {
    const port = Number(searchParams.get("port") ?? 3_306);
    const read = await readNotes(
      searchParams.get("run") ?? "",
      searchParams.get("host") ?? "",
      port,
    );
    response.end(JSON.stringify(read));
  } catch (error) {
    response.writeHead(502).end(String(error));
  }
}

async function set(request: IncomingMessage, prober: Prober): Promise<204 | 400 | 404> {
  try {
    const body: unknown = JSON.parse((await request.toArray()).join(""));
    return prober.setTargets(ProberTargets.parse(body)) ? 204 : 404;
  } catch {
    return 400;
  }
}
