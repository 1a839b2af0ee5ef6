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
  /** Why the app itself cannot serve; null where it can. */
  readonly unreadyFor: () => string | null;
}

/** Probes and fault switches, on a port that no Service names. */
export function createAdminApp({ logger, faults, token, ...main }: AdminParts): Express {
  const probe = (complaint: () => string | null): RequestHandler => {
    return async (_request, response) => {
      await faults.released("probe");
      const why = complaint();
      if (why !== null) throw new HttpProblem(503, why);
      response.json({ ok: true });
    };
  };
  const unready = () =>
    main.isListening() && faults.state().ready
      ? main.unreadyFor()
      : "The main port does not listen, or a fault switch says unready.";
  return createApp(logger, (app) => {
    app.get(
      "/livez",
      probe(() => null),
    );
    app.get(
      "/startupz",
      probe(() => (main.hasListened() ? null : "The main port does not listen yet.")),
    );
    app.get("/readyz", probe(unready));
    if (token !== null) app.use(faultRoutes(faults, token));
  });
}
