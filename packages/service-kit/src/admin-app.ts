import type { Express, RequestHandler } from "express";
import type { Logger } from "pino";
import { createApp } from "./create-app.ts";
import { faultRoutes } from "./fault-routes.ts";
import type { Faults } from "./faults.ts";
import { HttpProblem } from "./problem.ts";

export interface AdminParts {
  readonly logger: Logger;
  readonly faults: Faults;
  /** null: there are no switches here, and nothing tells them from any unknown path. */
  readonly token: string | null;
  readonly isListening: () => boolean;
  readonly hasListened: () => boolean;
}

/** Probes and fault switches, on a port that no Service names. */
export function createAdminApp({ logger, faults, token, ...main }: AdminParts): Express {
  const probe = (isWell: () => boolean, otherwise: string): RequestHandler => {
    return async (_request, response) => {
      await faults.released("probe");
      if (!isWell()) throw new HttpProblem(503, otherwise);
      response.json({ ok: true });
    };
  };
  return createApp(logger, (app) => {
    app.get(
      "/livez",
      probe(() => true, ""),
    );
    app.get("/startupz", probe(main.hasListened, "The main port does not listen yet."));
    app.get(
      "/readyz",
      probe(
        () => main.isListening() && faults.state().ready,
        "The main port does not listen, or a fault switch says unready.",
      ),
    );
    if (token !== null) app.use(faultRoutes(faults, token));
  });
}
