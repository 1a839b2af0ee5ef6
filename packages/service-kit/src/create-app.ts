import type { Express } from "express";
import express from "express";
import type { Logger } from "pino";
import { notFound, problemHandler } from "./problem.ts";

/** An Express app whose every error, unknown paths included, is a problem. */
export function createApp(logger: Logger, mount: (app: Express) => void): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.set("query parser", "simple");
  app.use((_request, response, next) => {
    // Each answer says who gave it just now: a stored one would lie.
    response.setHeader("Cache-Control", "no-store");
    next();
  });
  mount(app);
  app.use(notFound);
  app.use(problemHandler(logger));
  return app;
}
