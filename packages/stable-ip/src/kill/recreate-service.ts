import { type KubeObject, kinds } from "@svclab/cluster";
import { ToolError } from "@svclab/contracts";
import type { Hands } from "./hands.ts";
import { replaceService } from "./replace-service.ts";

/**
 * The Service is deleted and made again: with its old IP, or with whatever it is given. Returns what
 * takes back the removal that would make the former one again.
 */
export async function recreateService(
  hands: Hands,
  name: string,
  ip: "same-ip" | "any-ip",
  violation?: string,
): Promise<() => void> {
  const { cluster, namespace, signal } = hands;
  const old = await cluster.get(kinds.service, { namespace, name }, signal);
  if (old === null) {
    throw new ToolError({
      code: "app-missing",
      expected: `Service ${namespace}/${name}`,
      found: "none",
      todo: "install the application: ./svclab install",
    });
  }
  const { clusterIP, clusterIPs, ...rest } = (old as KubeObject & { spec: object })
    .spec as Readonly<Record<string, unknown>>;
  const spec = ip === "same-ip" ? { ...rest, clusterIP, clusterIPs } : rest;
  return replaceService(hands, old, spec, violation);
}
