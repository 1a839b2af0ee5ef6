import { request as httpRequest, type IncomingMessage } from "node:http";
import { pipeline } from "node:stream/promises";
import { type NoteProblem, noteHeaders, noteProblem, servedBy, viaApi } from "@svclab/contracts";
import { HttpProblem } from "@svclab/service-kit";
import type { Request, RequestHandler, Response } from "express";
import { explain, explainLate } from "./explain.ts";

const asked = ["content-type", noteHeaders.idempotencyKey, noteHeaders.gtid];
const answered = [
  "content-type",
  "retry-after",
  noteHeaders.idempotencyKey,
  noteHeaders.replayed,
  noteHeaders.gtid,
  noteHeaders.member,
];
/** With these there was no connection, so nothing was sent. */
const neverSent = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"];

/**
 * Hands a request for notes on to the api, over one new connection as in askApi(), and its answer
 * back, with the api Pod that gave it. The body must have been read as bytes.
 * @throws HttpProblem 503 or 504 where the api does not answer, typed as the api's own for a write
 */
export const handOn =
  (api: URL, limitMs: number): RequestHandler =>
  async (request, response) => {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const limit = AbortSignal.timeout(limitMs);
    const signal = AbortSignal.any([gone.signal, limit]);
    let answer: IncomingMessage;
    try {
      answer = await send(api, request, signal);
    } catch (error) {
      const why = limit.aborted ? explainLate(limitMs) : explain(error, api);
      throw unanswered(request, why, error);
    }
    response.status(answer.statusCode ?? 502);
    for (const name of answered) pass(response, name, answer.headers[name]);
    pass(response, viaApi.podName, answer.headers[servedBy.podName]);
    pass(response, viaApi.node, answer.headers[servedBy.node]);
    // One that breaks off is not ended, so that the browser knows.
    await pipeline(answer, response).catch(() => response.destroy());
  };

function send(api: URL, request: Request, signal: AbortSignal): Promise<IncomingMessage> {
  const { hostname: host, port } = api;
  // Not the whole address, which may name another host than ours.
  const query = request.url.indexOf("?");
  const path = request.path + (query < 0 ? "" : request.url.slice(query));
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const passed = Object.fromEntries(
    asked.flatMap((name) => {
      const value = request.headers[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  // By itself Node.js sends the length of a body with some methods only.
  const headers = body.length === 0 ? passed : { ...passed, "content-length": body.length };
  return new Promise((resolve, reject) => {
    const options = { host, port, path, headers, signal, method: request.method, agent: false };
    httpRequest(options).once("response", resolve).once("error", reject).end(body);
  });
}

function unanswered({ method, headers }: Request, why: string, error: unknown): HttpProblem {
  const retryAfterSeconds = 1;
  if (method === "GET") return new HttpProblem(503, why, { retryAfterSeconds });
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (neverSent.includes(code))
    return new HttpProblem(503, why, { type: noteProblem.nothingWritten, retryAfterSeconds });
  const key = headers[noteHeaders.idempotencyKey];
  const hasKey = typeof key === "string" && method === "POST";
  const members = hasKey ? ({ idempotencyKey: key } satisfies Partial<NoteProblem>) : {};
  return new HttpProblem(504, `${why} Whether it was done is unknown.`, {
    type: noteProblem.outcomeUnknown,
    members,
  });
}

function pass(response: Response, name: string, value: string | string[] | undefined): void {
  if (value !== undefined) response.setHeader(name, value);
}
