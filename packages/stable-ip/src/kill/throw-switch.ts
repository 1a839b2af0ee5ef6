import { randomUUID } from "node:crypto";
import type { FaultBody, FaultSwitch, SeenPod } from "@svclab/contracts";
import type { Hands } from "./hands.ts";
import { containerOf } from "./kill-pod.ts";

const refused = "the switch answered";

/** The switch was there and said no, or was not there. */
export function isRefused(error: unknown): boolean {
  return String(error).includes(refused);
}

/**
 * Throws a fault switch of one Pod. It is thrown from inside the container, where the switch's token
 * is: the API server's Pod proxy keeps the Authorization header for itself (WithAuthentication in
 * k8s.io/apiserver), and this way the token stays where it is.
 */
export async function throwSwitch<Name extends keyof typeof FaultSwitch>(
  { nodeShell }: Pick<Hands, "nodeShell">,
  pod: SeenPod,
  name: Name,
  body: FaultBody<Name>,
): Promise<void> {
  const script = `
    const response = await fetch("http://127.0.0.1:" + (process.env.ADMIN_PORT ?? 8081) + "/faults/${name}", {
      method: "PUT",
      headers: { authorization: "Bearer " + process.env.FAULT_TOKEN, "content-type": "application/json" },
      body: JSON.stringify(${JSON.stringify(body)}),
    });
    if (!response.ok) throw new Error("${refused} " + response.status);`;
  const exec = ["ctr", "-n", "k8s.io", "tasks", "exec", "--exec-id", randomUUID()];
  const run = ["node", "--input-type=module", "--eval", script];
  await nodeShell(pod.node ?? "", [...exec, containerOf(pod), ...run]);
}
