import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type ClusterPlace,
  command,
  hostPrograms,
  type Kubectl,
  kubectlFor,
  type Lab,
  reference,
  tryCommand,
} from "@svclab/kind";

const name = "e2e-stranger";
export const bystander: string = `${name}-proxy`;

/** Somebody else's cluster, made with kind alone: one node, on a network that is not ours. */
export interface Stranger {
  readonly kubeconfig: string;
  readonly context: string;
  readonly kubectl: Kubectl;
  /** Versions of all its objects that nothing changes by itself, and its containers' starts. */
  facts(): Promise<readonly string[]>;
}

/** `like` is a cluster of ours whose configuration fits this host. */
export async function makeStranger(lab: Lab, state: string, like: ClusterPlace): Promise<Stranger> {
  const folder = join(state, name);
  await mkdir(folder, { recursive: true });
  const programs = await hostPrograms(lab);
  const kubeconfig = join(folder, "kubeconfig");
  const file = join(folder, "kind.yaml");
  await writeFile(file, oneNodeOf(await readFile(join(like.folder, "kind.yaml"), "utf8"), folder));
  // Mounted into the nodes where this host sets limits.
  const unit = "containerd-limits.conf";
  if (existsSync(join(like.folder, unit))) await cp(join(like.folder, unit), join(folder, unit));
  const { program, env } = lab.engine;
  await command(program, ["network", "create", name], { env });
  await keepInside(lab);
  const image = lab.lock.images["node"];
  const envoy = lab.lock.images["envoy"];
  if (image === undefined || envoy === undefined) throw new Error("no such image in the lock file");
  await command(
    programs.kind,
    [
      ...["create", "cluster", "--config", file, "--kubeconfig", kubeconfig],
      ...["--image", reference(image)],
    ],
    {
      env: {
        ...env,
        KIND_EXPERIMENTAL_PODMAN_NETWORK: name,
        KIND_EXPERIMENTAL_DOCKER_NETWORK: name,
      },
    },
  );
  // What a controller of the stranger's own would have made.
  await command(
    program,
    [
      ...["run", "--detach", "--network=none", "--name", bystander],
      ...["--label", `io.x-k8s.cloud-provider-kind.cluster=${name}`],
      ...["--entrypoint", "sleep", reference(envoy), "600"],
    ],
    { env },
  );
  const context = `kind-${name}`;
  const kubectl = kubectlFor(programs.kubectl, kubeconfig, context);
  await kubectl(["-n", "kube-system", "rollout", "status", "deployment/coredns", "--timeout=90s"]);
  await kubectl([
    ...["-n", "local-path-storage", "rollout", "status", "deployment", "--timeout=90s"],
  ]);
  return { kubeconfig, context, kubectl, facts: () => facts(lab, kubectl) };
}

/** The control plane alone, under the stranger's name and with files from its folder. */
function oneNodeOf(config: string, folder: string): string {
  return config
    .replace(/^ {2}- role: worker\n( {4}.*\n)*/gm, "")
    .replace(/^name: .*$/m, `name: ${name}`)
    .replace(
      /^( +(?:- )?hostPath: ).*\/([^/\n]+)$/gm,
      (_line, key, unit) => `${key}${join(folder, unit)}`,
    );
}

export async function removeStranger(lab: Lab, state: string): Promise<void> {
  const { program, env } = lab.engine;
  for (const container of [bystander, `${name}-control-plane`])
    await removeContainer(lab, container);
  const listed = await command(
    program,
    ["volume", "ls", "--quiet", "--filter", `label=${name}-control-plane`],
    { env },
  );
  for (const volume of listed.split("\n").filter((line) => line !== ""))
    await tryCommand(program, ["volume", "rm", "--force", volume], { env });
  await tryCommand(program, ["network", "rm", name], { env });
  await tryCommand("nft", ["delete", "table", "inet", name]).catch(() => undefined);
  await rm(join(state, name), { recursive: true, force: true });
}

/** At once: podman would wait ten seconds for a program that hears no SIGTERM. */
export async function removeContainer({ engine }: Lab, container: string): Promise<void> {
  const now = engine.name === "podman" ? ["--time=0"] : [];
  await tryCommand(engine.program, ["rm", "--force", "--volumes", ...now, container], {
    env: engine.env,
  });
}

/** kind alone seals nothing: nothing of the stranger's leaves this machine either. */
async function keepInside(lab: Lab): Promise<void> {
  const text = await command(lab.engine.program, ["network", "inspect", name], {
    env: lab.engine.env,
  });
  const [found] = JSON.parse(text);
  const bridge = found.network_interface ?? `br-${String(found.Id).slice(0, 12)}`;
  await command("nft", ["-f", "-"], {
    input: `table inet ${name} {
  chain forward {
    type filter hook forward priority filter - 10; policy accept;
    iifname "${bridge}" oifname != "${bridge}" drop
  }
}
`,
  });
}

async function facts(lab: Lab, kubectl: Kubectl): Promise<readonly string[]> {
  const kinds =
    "namespaces,services,endpointslices,configmaps,secrets,serviceaccounts,deployments,daemonsets,pods,ingressclasses,ingresses,customresourcedefinitions,clusterroles,clusterrolebindings";
  const columns =
    "KIND:.kind,NAMESPACE:.metadata.namespace,NAME:.metadata.name,VERSION:.metadata.resourceVersion";
  const objects = await kubectl([
    "get",
    kinds,
    "-A",
    "--no-headers",
    "-o",
    `custom-columns=${columns}`,
  ]);
  const starts = await command(
    lab.engine.program,
    [
      ...["inspect", "--format", "{{.Name}} {{.Id}} {{.State.StartedAt}} {{.State.Running}}"],
      ...[bystander, `${name}-control-plane`],
    ],
    { env: lab.engine.env },
  );
  return [...objects.split("\n"), ...starts.split("\n")].filter((line) => line !== "");
}
