import assert from "node:assert/strict";
import { command, type Kubectl, type Lab, reference } from "@svclab/kind";
import { eventually } from "./eventually.ts";

/** What a Pod on the node prints: a program for Node.js that ends with one line of JSON. */
export async function fromPod(
  lab: Lab,
  kubectl: Kubectl,
  node: string,
  script: readonly string[],
): Promise<Record<string, string>> {
  const image = lab.lock.images["nodejs"];
  assert.ok(image !== undefined);
  const { program, env } = lab.engine;
  const load =
    '"$0" save "$1" | "$0" exec --interactive "$2" ctr --namespace=k8s.io images import -';
  await command("bash", ["-o", "pipefail", "-c", load, program, reference(image), node], { env });
  await kubectl(
    ["apply", "-f", "-"],
    JSON.stringify({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "reaching-out" },
      spec: {
        nodeName: node,
        restartPolicy: "Never",
        containers: [
          {
            name: "node",
            image: reference(image),
            imagePullPolicy: "Never",
            command: ["node", "-e", script.join("\n")],
          },
        ],
      },
    }),
  );
  await eventually(60_000, async () => {
    const phase = await kubectl(["get", "pod", "reaching-out", "-o", "jsonpath={.status.phase}"]);
    assert.equal(phase, "Succeeded");
  });
  return JSON.parse(await kubectl(["logs", "reaching-out"]));
}
