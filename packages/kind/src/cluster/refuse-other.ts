import { ToolError } from "@svclab/contracts";
import { command } from "../command.ts";
import type { ClusterPlace, ClusterRecord } from "./place.ts";
import type { UpOptions } from "./up-options.ts";

/** A cluster that was made with other wishes is left as it is. @throws ToolError cluster-differs */
export async function refuseOther(
  place: ClusterPlace,
  options: UpOptions,
  imageId: string,
  record: ClusterRecord,
): Promise<void> {
  const wanted = await command(
    options.engine.program,
    ["image", "inspect", "--format", "{{.Id}}", options.nodeImage],
    { env: options.engine.env },
  );
  const same = (id: string) => id.replace("sha256:", "").trim();
  const differs = [
    same(imageId) === same(wanted) ? "" : `nodes from image ${same(imageId).slice(0, 12)}`,
    record.kubernetes === options.kubernetes ? "" : `Kubernetes ${record.kubernetes}`,
    record.proxyMode === options.proxyMode ? "" : `kube-proxy in ${record.proxyMode} mode`,
    record.workers === options.workers ? "" : `${record.workers} workers`,
    record.sealed || !options.sealed ? "" : "nodes that are not sealed",
  ].filter((difference) => difference !== "");
  if (differs.length === 0) return;
  throw new ToolError({
    code: "cluster-differs",
    expected: `${place.cluster} with image ${same(wanted).slice(0, 12)}, Kubernetes ${options.kubernetes}, kube-proxy in ${options.proxyMode} mode`,
    found: differs.join(", "),
    todo: `./svclab down --name ${place.name}, or choose another --name`,
  });
}
