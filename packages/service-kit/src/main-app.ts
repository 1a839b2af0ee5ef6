import type { Identity, WhoAmI } from "@svclab/contracts";
import type { Express } from "express";
import helmet from "helmet";
import type { Logger } from "pino";
import { createApp } from "./create-app.ts";
import { type Faults, sufferFaults } from "./faults.ts";
import type { Metrics } from "./metrics.ts";

/** Adds an app's own routes. GET /whoami is there already. */
export type Routes = (app: Express, identity: Identity) => void;

export interface MainParts {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly faults: Faults;
  readonly identity: Identity;
  readonly whoami: WhoAmI;
  readonly routes: Routes;
}

/** What the Services lead to. */
export function createMainApp(parts: MainParts): Express {
  const { logger, metrics, faults, identity, whoami, routes } = parts;
  return createApp(logger, (app) => {
    app.use(metrics.observe);
    app.use((request, _response, next) => {
      logger.debug({ method: request.method, path: request.path });
      next();
    });
    app.use(securityHeaders());
    app.use(sufferFaults(faults));
    app.get("/whoami", (_request, response) => void response.json(whoami));
    routes(app, identity);
  });
}

/**
 * Everything is served over plain http, on addresses that change: a browser told to use https
 * would find nothing there, and it ignores (with a warning) what only https may set.
 */
function securityHeaders() {
  return helmet({
    contentSecurityPolicy: {
      directives: {
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        fontSrc: ["'self'"],
        upgradeInsecureRequests: null,
      },
    },
    strictTransportSecurity: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
  });
}
