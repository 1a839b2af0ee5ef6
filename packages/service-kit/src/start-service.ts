import { setTimeout as sleep } from "node:timers/promises";
import type { WhoAmI } from "@svclab/contracts";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import { createAdminApp } from "./admin-app.ts";
import type { ServiceConfig } from "./config.ts";
import { createApp } from "./create-app.ts";
import { type Drained, drainable } from "./drain.ts";
import { createFaults } from "./faults.ts";
import type { DrainLimits } from "./limits.ts";
import { createMainApp, type Routes } from "./main-app.ts";
import { createMetrics } from "./metrics.ts";
import { createPodServer, listen } from "./server.ts";

export interface ServiceParts {
  /** Its name in /whoami. */
  readonly app: string;
  readonly version: string;
  readonly config: ServiceConfig;
  readonly logger: Logger;
  readonly routes: Routes;
  /** Why the app cannot serve though it listens; null where it can. Default: it always can. */
  readonly unreadyFor?: () => string | null;
  /** Adds an app's own figures to those that every server has. */
  readonly measure?: (registry: Registry) => void;
  /** What the crash switch calls. */
  readonly exit: (code: number) => void;
}

export interface Service {
  readonly adminPort: number;
  readonly metricsPort: number;
  /** Resolves to the main port once it listens, which a fault may delay; null if stopped before. */
  readonly httpPort: Promise<number | null>;
  /** Drains the main port, then closes the others. Never rejects because of a connection. */
  readonly stop: (limits: DrainLimits) => Promise<Drained>;
}

/**
 * Starts the three ports of a server: admin and metrics first, so that probes get an answer.
 * @throws ToolError `port-taken`
 */
export async function startService(parts: ServiceParts): Promise<Service> {
  const { config, logger } = parts;
  const { identity, ports } = config;
  const whoami: WhoAmI = {
    ...identity,
    app: parts.app,
    version: parts.version,
    startedAt: new Date().toISOString(),
  };
  const faults = createFaults(parts.exit);
  const metrics = createMetrics();
  parts.measure?.(metrics.registry);
  const stopped = new AbortController();
  let hasListened = false;

  const mainApp = createMainApp({
    logger,
    metrics,
    faults,
    identity,
    whoami,
    routes: parts.routes,
  });
  const main = createPodServer(identity, mainApp);
  metrics.countConnections(main);
  const drain = drainable(main);

  const isListening = () => main.listening;
  const token = config.faults?.token ?? null;
  const adminApp = createAdminApp({
    logger,
    faults,
    token,
    isListening,
    hasListened: () => hasListened,
    unreadyFor: parts.unreadyFor ?? (() => null),
  });
  const admin = createPodServer(identity, adminApp);
  const metricsApp = createApp(logger, (app) => {
    app.get("/metrics", async (_request, response) => {
      response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
    });
  });
  const metricsServer = createPodServer(identity, metricsApp);

  const startMain = async () => {
    try {
      await sleep(config.listenDelayMs, undefined, { signal: stopped.signal });
    } catch {
      return null;
    }
    const port = await listen(main, ports.http);
    hasListened = true;
    return port;
  };
  const adminPort = await listen(admin, ports.admin);
  const metricsPort = await listen(metricsServer, ports.metrics);
  return {
    adminPort,
    metricsPort,
    httpPort: startMain(),
    stop: async (limits) => {
      stopped.abort();
      const drained = await drain(limits);
      for (const server of [admin, metricsServer]) {
        server.close();
        server.closeAllConnections();
      }
      return drained;
    },
  };
}
