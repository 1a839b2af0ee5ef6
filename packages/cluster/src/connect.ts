import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { KubeConfig } from "@kubernetes/client-node";
import { ToolError } from "@svclab/contracts";
import { refuseForeignContext } from "./context-guard.ts";
import { KubernetesCluster } from "./kubernetes.ts";

export interface Connection {
  /** Path of the kubeconfig file. Nothing is read from the environment. */
  readonly kubeconfig: string;
  readonly context: string;
  /** Contexts that are not ours by name and may be used all the same. */
  readonly allowed?: readonly string[];
  /** Program that reads the kubeconfig. Default: kubectl from PATH. */
  readonly kubectl?: string;
}

/**
 * A cluster by its kubeconfig. kubectl resolves the file, so that merging, relative paths and
 * embedded files mean here what they mean there.
 * @throws ToolError context-refused, kubeconfig-unreadable
 */
export async function connect(to: Connection): Promise<KubernetesCluster> {
  refuseForeignContext(to.context, to.allowed);
  const config = new KubeConfig();
  config.loadFromString(await resolve(to));
  return new KubernetesCluster(config);
}

async function resolve({ kubeconfig, context, kubectl = "kubectl" }: Connection): Promise<string> {
  const view = ["config", "view", "--raw", "--minify", "--flatten", "--output=json"];
  const args = [...view, `--kubeconfig=${kubeconfig}`, `--context=${context}`];
  try {
    return (await promisify(execFile)(kubectl, args, { encoding: "utf8" })).stdout;
  } catch (cause) {
    const { stderr, message } = cause as { stderr?: string; message: string };
    throw new ToolError({
      code: "kubeconfig-unreadable",
      expected: `context ${context} in ${kubeconfig}`,
      found: stderr?.trim() || message,
      todo: "run ./svclab up, or give the kubeconfig that has this context",
      cause,
    });
  }
}
