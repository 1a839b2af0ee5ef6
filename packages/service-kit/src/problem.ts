import { STATUS_CODES } from "node:http";
import { Problem } from "@svclab/contracts";
import type { ErrorRequestHandler, RequestHandler, Response } from "express";
import type { Logger } from "pino";
import type { z } from "zod";

/** What a problem may have beside its status and detail. */
export interface ProblemMore {
  readonly errors?: Problem["errors"];
  /** Default: about:blank. */
  readonly type?: string;
  /** Members that RFC 9457 leaves to each type. */
  readonly members?: Readonly<Record<string, string>>;
  /** When to ask again, as Retry-After. */
  readonly retryAfterSeconds?: number;
}

/** Thrown by a route; answered as application/problem+json (RFC 9457). */
export class HttpProblem extends Error {
  override readonly name = "HttpProblem";
  readonly status: number;
  readonly more: ProblemMore;

  constructor(status: number, detail: string, more: ProblemMore = {}) {
    super(detail);
    this.status = status;
    this.more = more;
  }
}

/** @throws HttpProblem 400 that lists each field that is wrong. `what` names the input. */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown, what: string): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const errors = result.error.issues.map(({ path, message }) => ({
    path: path.join("."),
    message,
  }));
  throw new HttpProblem(400, `The ${what} is not valid.`, { errors });
}

export const notFound: RequestHandler = (request) => {
  throw new HttpProblem(404, `There is no ${request.method} ${request.path} here.`);
};

/** Last in every app. What is not a problem of the request is logged and told as a bare 500. */
export function problemHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    const problem = toProblem(error);
    if (problem.status >= 500 && !(error instanceof HttpProblem)) logger.error(error);
    const seconds = error instanceof HttpProblem ? error.more.retryAfterSeconds : undefined;
    if (seconds !== undefined) response.setHeader("Retry-After", String(seconds));
    sendProblem(response, problem);
  };
}

export function sendProblem(response: Response, problem: Problem): void {
  response.status(problem.status).type("application/problem+json").send(JSON.stringify(problem));
}

function toProblem(error: unknown): Problem {
  if (error instanceof HttpProblem) {
    const { errors, type, members } = error.more;
    const plain = problem(error.status, error.message, errors);
    return { ...plain, ...members, ...(type === undefined ? {} : { type }) };
  }
  // Express and its body parsers throw http-errors: a status, and a message that may be shown.
  if (error instanceof Error && "status" in error && "expose" in error && error.expose === true)
    return problem(Number(error.status), error.message);
  // A path that is no valid percent-encoding: a URIError with a status and nothing else.
  if (error instanceof URIError) return problem(400, error.message);
  return problem(500);
}

/** `about:blank`: the status says it all, and the title is its own phrase. */
export function problem(status: number, detail?: string, errors?: Problem["errors"]): Problem {
  const title = STATUS_CODES[status] ?? "Error";
  return Problem.parse({ type: "about:blank", title, status, detail, errors });
}
