import { type Identity, ToolError } from "@svclab/contracts";
import { z } from "zod";
import { IdentityFromEnv } from "./identity.ts";
import { type DrainLimits, limits } from "./limits.ts";

export interface ServiceConfig {
  readonly identity: Identity;
  /** 0 asks the kernel for a free one. */
  readonly ports: { readonly http: number; readonly metrics: number; readonly admin: number };
  /** null: the switches do not exist here. */
  readonly faults: { readonly token: string } | null;
  /** How much later than the admin port the main port starts to listen. */
  readonly listenDelayMs: number;
  /** How it ends at SIGTERM. */
  readonly drain: DrainLimits;
  readonly logLevel: string;
}

const port = (fallback: number) => z.coerce.number().int().min(0).max(65_535).default(fallback);

const Settings = z.object({
  HTTP_PORT: port(8080),
  METRICS_PORT: port(9090),
  ADMIN_PORT: port(8081),
  FAULTS: z.string().optional(),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
});

/** Read only where FAULTS=on, so that nothing left over in an environment can slow a server. */
const FaultSettings = z.object({
  FAULT_TOKEN: z.string().min(16),
  LISTEN_DELAY_MS: z.coerce.number().int().min(0).max(600_000).default(0),
  CLOSE_AT_SIGTERM: z.enum(["on", "off"]).default("off"),
});

/** As most servers end: nobody new is let in, and who asks nothing at the moment is cut off. */
const closeAtOnce: DrainLimits = { ...limits.drain, stragglersMs: 0, idleMs: 0 };

/** @throws ToolError `bad-environment`, naming each variable that is missing or wrong. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): ServiceConfig {
  const identity = read(IdentityFromEnv, env);
  const settings = read(Settings, env);
  const faults = settings.FAULTS === "on" ? read(FaultSettings, env) : null;
  return {
    identity,
    ports: {
      http: settings.HTTP_PORT,
      metrics: settings.METRICS_PORT,
      admin: settings.ADMIN_PORT,
    },
    faults: faults && { token: faults.FAULT_TOKEN },
    drain: faults?.CLOSE_AT_SIGTERM === "on" ? closeAtOnce : limits.drain,
    listenDelayMs: faults?.LISTEN_DELAY_MS ?? 0,
    logLevel: settings.LOG_LEVEL,
  };
}

function read<T extends z.ZodType>(schema: T, env: unknown): z.output<T> {
  const result = schema.safeParse(env);
  if (result.success) return result.data;
  const wrong = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new ToolError({
    code: "bad-environment",
    expected: "the environment that the manifests in k8s/base set",
    found: wrong.join("; "),
    todo: "set the variables named above",
  });
}
