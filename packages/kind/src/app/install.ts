import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { violationLabel } from "@svclab/contracts";
import type { Kubectl } from "../cluster/kubectl.ts";
import { type App, apps, developmentImage } from "./app-images.ts";
import { hasDatabaseSecrets, makeDatabaseSecrets } from "./database-secrets.ts";
import { markPresent } from "./mark-present.ts";

export const appNamespace = "svclab";
const faultsSecret = "api-faults";

export interface InstallOptions {
  readonly checkout: string;
  readonly kubectl: Kubectl;
  readonly images: Readonly<Record<App, string>>;
  /** Switches that break the api on demand: for demos, tests and labs. */
  readonly faults: boolean;
  /** k8s/base/mysql too. */
  readonly database: boolean;
  readonly rolloutMs: number;
  readonly write: (line: string) => void;
}

/** Applies k8s/base with these images and waits until every Pod is the new one and ready. */
export async function install(options: InstallOptions): Promise<void> {
  const { kubectl } = options;
  const [rendered] = await Promise.all([
    renderBase(options),
    kubectl(["apply", "-f", join(options.checkout, "k8s/base/namespace.yaml")]),
  ]);
  await Promise.all([
    setFaults(kubectl, options.faults),
    removeViolated(options),
    options.database && makeSecrets(kubectl),
  ]);
  const marks = {
    "fault-switches": options.faults,
    database: await hasDatabaseSecrets(kubectl, appNamespace),
  };
  const manifests = markPresent(rendered, marks);
  await kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], manifests);
  const database = options.database ? ["statefulset/mysql"] : [];
  const workloads = ["deployment/api", "deployment/web", "deployment/web-next", ...database];
  const timeout = `--timeout=${options.rolloutMs / 1000}s`;
  await Promise.all(
    workloads.map((workload) =>
      kubectl(["-n", appNamespace, "rollout", "status", workload, timeout]),
    ),
  );
}

function makeSecrets(kubectl: Kubectl): Promise<void> {
  return makeDatabaseSecrets({
    kubectl,
    namespace: appNamespace,
    now: new Date(),
    password: () => randomBytes(24).toString("base64url"),
  });
}

/**
 * What a run changed on purpose and could not put back, as it was killed: fields that k8s/base does
 * not name would outlive an apply, and some cannot be changed.
 */
async function removeViolated({ kubectl, write }: InstallOptions): Promise<void> {
  const kinds = "services,deployments,pods,ingresses,httproutes";
  const own = ["-n", appNamespace, "delete", kinds, "-l", violationLabel];
  const told = (await kubectl([...own, "-o", "name"])).split("\n");
  // Where there is none it says so in words, in the same place.
  const removed = told.filter((line) => line.includes("/"));
  if (removed.length > 0) write(`removed after a run that was cut off: ${removed.join(", ")}`);
}

/** k8s/base as one stream of YAML, with the images that are on the nodes. */
async function renderBase(
  options: Pick<InstallOptions, "checkout" | "kubectl" | "images" | "database">,
): Promise<string> {
  const folders = ["k8s/base", ...(options.database ? ["k8s/base/mysql"] : [])];
  const rendered = folders.map((each) =>
    options.kubectl(["kustomize", join(options.checkout, each)]),
  );
  const text = (await Promise.all(rendered)).join("---\n");
  return apps.reduce(
    (now, app) => now.replaceAll(developmentImage(app), options.images[app]),
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
