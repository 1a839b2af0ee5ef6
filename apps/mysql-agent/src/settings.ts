import { readFileSync } from "node:fs";
import { ToolError } from "@svclab/contracts";
import { z } from "zod";

const Environment = z.object({
  POD_NAME: z.string().regex(/^[a-z0-9-]+-\d+$/),
  POD_NAMESPACE: z.string().min(1),
  AGENT_PASSWORD: z.string().min(16),
  REPLICATION_PASSWORD: z.string().min(16),
  CA_FILE: z.string().default("/etc/mysql-ca/ca.crt"),
});

export interface Settings {
  readonly self: string;
  /** The StatefulSet's Pods, self among them. */
  readonly pods: readonly string[];
  readonly namespace: string;
  readonly agentPassword: string;
  readonly replicationPassword: string;
  /** PEM; the only authority that a server's certificate may come from. */
  readonly ca: string;
  readonly hostOf: (pod: string) => string;
}

const members = 3;

/** @throws ToolError `bad-environment` */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const result = Environment.safeParse(env);
  if (!result.success)
    throw new ToolError({
      code: "bad-environment",
      expected: "the environment that k8s/base/mysql sets",
      found: result.error.issues.map(({ path, message }) => `${path}: ${message}`).join("; "),
      todo: "set the variables named above",
    });
  const { POD_NAME: self, POD_NAMESPACE: namespace, ...rest } = result.data;
  const stem = self.replace(/-\d+$/, "");
  return {
    self,
    pods: Array.from({ length: members }, (_, at) => `${stem}-${at}`),
    namespace,
    agentPassword: rest.AGENT_PASSWORD,
    replicationPassword: rest.REPLICATION_PASSWORD,
    ca: readFileSync(rest.CA_FILE, "utf8"),
    hostOf: (pod) => `${pod}.${stem}-peers.${namespace}.svc.cluster.local`,
  };
}
