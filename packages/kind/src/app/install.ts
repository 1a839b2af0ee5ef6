import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Kubectl } from "../cluster/kubectl.ts";
import { type App, apps, developmentImage } from "./app-images.ts";
import { makeDatabaseSecrets } from "./database-secrets.ts";

export const appNamespace = "svclab";
const faultsSecret = "api-faults";

export interface InstallOptions {
  readonly checkout: string;
  readonly kubectl: Kubectl;
  readonly images: Readonly<Record<App, string>>;
  /** Switches that break the api on demand: for demos, tests and labs. */
  readonly faults: boolean;
  readonly rolloutMs: number;
}

/** Applies k8s/base with these images and waits until every Pod is the new one and ready. */
export async function install(options: InstallOptions): Promise<void> {
  const { kubectl } = options;
  const manifests = await renderBase(options);
  await kubectl(["apply", "-f", join(options.checkout, "k8s/base/namespace.yaml")]);
  await setFaults(kubectl, options.faults);
  await makeDatabaseSecrets({
    kubectl,
    namespace: appNamespace,
    now: new Date(),
    password: () => randomBytes(24).toString("base64url"),
  });
  await kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], manifests);
  for (const workload of ["deployment/api", "deployment/web", "statefulset/mysql"])
    await kubectl([
      ...["-n", appNamespace, "rollout", "status", workload],
      `--timeout=${options.rolloutMs / 1000}s`,
    ]);
}

/** k8s/base as one stream of YAML, with the images that are on the nodes. */
async function renderBase(
  options: Pick<InstallOptions, "checkout" | "kubectl" | "images">,
): Promise<string> {
  const text = await options.kubectl(["kustomize", join(options.checkout, "k8s/base")]);
  return apps.reduce(
    (manifests, app) => manifests.replaceAll(developmentImage(app), options.images[app]),
    text,
  );
}

/** The token is made once and stays: a new one would restart nothing and be known to nobody. */
async function setFaults(kubectl: Kubectl, on: boolean): Promise<void> {
  const own = ["-n", appNamespace];
  const found = await kubectl([
    ...own,
    "get",
    "secret",
    faultsSecret,
    "--ignore-not-found",
    "-o",
    "name",
  ]);
  if (!on) {
    if (found !== "") await kubectl([...own, "delete", "secret", faultsSecret]);
    return;
  }
  if (found !== "") return;
  await kubectl(
    [...own, "apply", "-f", "-"],
    JSON.stringify({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: faultsSecret, labels: { "app.kubernetes.io/part-of": "svclab" } },
      stringData: { FAULTS: "on", FAULT_TOKEN: randomBytes(24).toString("base64url") },
    }),
  );
}
