import { join } from "node:path";
import { ToolError } from "@svclab/contracts";
import { tryCommand } from "../command.ts";
import { writePid } from "../pid-file.ts";
import { nodeContainers, nodeLog } from "./nodes.ts";
import type { ClusterPlace } from "./place.ts";
import type { UpOptions } from "./up-options.ts";

/** Runs kind to its end, its steps as lines of progress. @throws ToolError cluster-failed */
export async function kindCreate(
  place: ClusterPlace,
  options: UpOptions,
  config: string,
): Promise<void> {
  const { engine, programs } = options;
  const result = await tryCommand(
    programs.kind,
    [
      ...["create", "cluster", "--retain", "--config", config],
      ...["--image", options.nodeImage, "--kubeconfig", place.kubeconfig],
    ],
    {
      env: {
        ...engine.env,
        KIND_EXPERIMENTAL_PROVIDER: engine.name,
        KIND_EXPERIMENTAL_PODMAN_NETWORK: place.network,
        KIND_EXPERIMENTAL_DOCKER_NETWORK: place.network,
      },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      // Killed outright, this program leaves kind running: the next call must find it.
      onStart: (pid) => void writePid(join(place.folder, "kind.pid"), pid),
      onLine: (line) => {
        const step = /[✓✗] (.*)/u.exec(line)?.[1];
        // A picture for each node would be noise where the locale has none.
        if (step !== undefined) options.write(`kind: ${step.replace(/[^\x20-\x7e]/gu, "").trim()}`);
      },
    },
  );
  if (result.exitCode === 0) return;
  options.signal?.throwIfAborted();
  const [node] = await nodeContainers(engine, place.cluster);
  const log = node === undefined ? "" : await nodeLog(engine, node.name, 8);
  throw new ToolError({
    code: "cluster-failed",
    expected: "kind to create the cluster",
    found: `${result.stdout.split("\n").slice(-12).join("\n    ")}\n    ${log.split("\n").join("\n    ")}`,
    todo: "read the lines above; ./svclab doctor checks what this machine lacks",
  });
}
