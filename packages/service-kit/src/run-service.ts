import { ToolError } from "@svclab/contracts";
import { pino } from "pino";
import { readConfig } from "./config.ts";
import { type ServiceParts, startService } from "./start-service.ts";

export interface ServiceDefinition
  extends Pick<ServiceParts, "app" | "version" | "routes" | "unreadyFor" | "measure"> {}

/**
 * The whole life of a server process: configuration from the environment, logs on stdout as JSON
 * lines, and on SIGTERM or SIGINT a drain and exit code 0. Exit code 3 with the reason on stderr
 * where the environment is wrong or a port is taken.
 */
export async function runService(definition: ServiceDefinition): Promise<void> {
  const { app, version } = definition;
  try {
    const config = readConfig(process.env);
    const { podName, node } = config.identity;
    const logger = pino({ name: app, level: config.logLevel, base: { pod: podName, node } });
    const exit = (code: number) => process.exit(code);
    const service = await startService({ ...definition, config, logger, exit });

    const stop = async (signal: NodeJS.Signals) => {
      logger.info({ signal }, "draining");
      logger.info(await service.stop(config.drain), "drained");
      process.exit(0);
    };
    process.once("SIGTERM", stop);
    process.once("SIGINT", stop);
    const port = await service.httpPort;
    if (port !== null) logger.info({ port, version }, "listening");
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(error.exit);
  }
}
