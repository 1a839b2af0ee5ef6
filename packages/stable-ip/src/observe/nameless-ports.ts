import { ApiError, type Cluster } from "@svclab/cluster";
import type { RecordFact } from "./fact.ts";

/** What a claim names as a path that looks at this. */
export const namelessPortsRoute = "nameless-ports";

export interface TryingPorts {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly record: RecordFact;
  readonly signal: AbortSignal;
}

/**
 * Writes down what the API says to a Service whose two ports have no names, and to the same one
 * with names. Neither is kept.
 */
export async function tryNamelessPorts(trying: TryingPorts): Promise<void> {
  const nameless = [{ port: 80 }, { port: 81 }];
  const named = nameless.map(({ port }) => ({ port, name: `port-${port}` }));
  const tries = [
    ["service-with-named-ports", named],
    ["service-with-nameless-ports", nameless],
  ] as const;
  for (const [what, ports] of tries) {
    trying.record({ kind: "creation-tried", what, ...(await answerTo(trying, ports)) });
  }
}

async function answerTo({ cluster, namespace, signal }: TryingPorts, ports: readonly object[]) {
  const metadata = { name: "nameless-ports", namespace };
  const service = { apiVersion: "v1", kind: "Service", metadata, spec: { ports } };
  try {
    await cluster.tryCreate(service, signal);
    return { status: 201, said: "created" };
  } catch (error) {
    if (error instanceof ApiError) return { status: error.status, said: error.message };
    throw error;
  }
}
