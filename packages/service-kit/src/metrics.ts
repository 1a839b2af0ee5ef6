import type { Server } from "node:http";
import type { RequestHandler } from "express";
import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client";

export interface Metrics {
  readonly registry: Registry;
  /** First in the main app: counts and times every answer. */
  readonly observe: RequestHandler;
  readonly countConnections: (server: Server) => void;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const connections = new Counter({
    name: "http_connections_accepted_total",
    help: "Connections accepted on the main port.",
    registers,
  });
  const labelNames = ["method", "route", "status"] as const;
  const requests = new Counter({
    name: "http_requests_total",
    help: 'Requests by outcome; status "aborted" where the client left before the answer.',
    labelNames,
    registers,
  });
  const seconds = new Histogram({
    name: "http_request_duration_seconds",
    help: "From the request's headers to the last byte of the answer.",
    labelNames,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  return {
    registry,
    observe: (request, response, next) => {
      const began = performance.now();
      response.once("close", () => {
        const labels = {
          method: request.method,
          // The pattern, never the path, which the client chooses.
          route: request.route ? String(request.route.path) : "other",
          status: response.writableFinished ? String(response.statusCode) : "aborted",
        };
        requests.inc(labels);
        seconds.observe(labels, (performance.now() - began) / 1000);
      });
      next();
    },
    countConnections: (server) => void server.on("connection", () => connections.inc()),
  };
}
