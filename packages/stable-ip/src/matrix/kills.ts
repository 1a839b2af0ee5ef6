import { kinds } from "@svclab/cluster";
import type { KillMode, SeenPod } from "@svclab/contracts";
import type { Hands } from "../kill/hands.ts";
import { held } from "../kill/held.ts";
import { holdUnready } from "../kill/hold-unready.ts";
import { type How, killPod, signalContainer } from "../kill/kill-pod.ts";
import { replaceAll, rollOut } from "../kill/roll-out.ts";
import { isRefused, throwSwitch } from "../kill/throw-switch.ts";
import { allReady, waitForPods } from "../kill/wait-for-pods.ts";
import { until } from "../observe/wait.ts";
import type { MatrixLab, SubjectName } from "./lab.ts";

/** All that a kill of the matrix may touch. */
export interface MatrixHands extends Hands {
  readonly lab: MatrixLab;
  /** Holds all of a node's processes still, and lets them go on. */
  readonly pauseNode: (node: string, paused: boolean) => Promise<unknown>;
}

/** How long each is kept up, and waited for. */
const limits = {
  /** A readiness probe every second has failed by then, and the Pod is out of all rules. */
  hangMs: 6_000,
  /** Longer than a node may be silent before it counts as not ready (50 s). */
  nodePausedMs: 65_000,
  apiServerAwayMs: 60_000,
  /** A Pod gone and its successor ready, or a node's Pods moved; a node that comes back takes longer. */
  wholeMs: 180_000,
} as const;

interface Kill {
  /** Whom a round is about: a Pod that was not killed before, one of the node with the most, or nobody. */
  readonly of: "pod" | "node" | "nobody";
  /** New Pods after each round: they are where they were at first, and every controller is at work. */
  readonly anew?: true;
  /** Default: target. */
  readonly subject?: SubjectName;
  /** Afterwards the Pod, or its container, is another. */
  readonly renews?: true;
  /** What stays as it is for a block of rounds. */
  readonly before?: (hands: MatrixHands) => Promise<void>;
  /** Does it, and takes back what does not end by itself. */
  readonly kill: (hands: MatrixHands, pod: SeenPod) => Promise<unknown>;
}

/** Of each: as kubectl, the kubelet or an administrator would do it. */
export const kills: Readonly<Record<KillMode, Kill>> = {
  graceful: killing("graceful"),
  "graceful-without-pre-stop": { ...killing("graceful"), before: endAtOnce },
  sigkill: killing("sigkill"),
  "sigkill-behind-one-service": { ...killing("sigkill"), subject: "lone" },
  "sigkill-with-fast-rules": { ...killing("sigkill"), before: syncFast },
  "force-delete": killing("force"),
  crash: { of: "pod", renews: true, kill: crash },
  "readiness-off": { of: "pod", kill: holdUnready },
  hang: { of: "pod", kill: hang },
  "roll-out": { of: "nobody", kill: (hands) => rollOut(hands) },
  "node-drained": { of: "node", anew: true, renews: true, kill: drain },
  "node-paused": { of: "node", kill: pause },
  "kube-proxy-restarted": { of: "nobody", kill: restartKubeProxy },
  "api-server-away": { of: "nobody", anew: true, kill: cutOffApiServer },
};

function killing(how: How): Kill {
  return { of: "pod", renews: true, kill: (hands, pod) => killPod(hands, pod, how) };
}

/** Resolves when every Pod is ready, none is on its way out, and `killed` runs another container. */
export async function whole(hands: MatrixHands, killed: SeenPod | null): Promise<void> {
  await waitForPods(
    hands,
    "every Pod to be ready again",
    limits.wholeMs,
    (pods) => allReady(pods, hands.replicas) && pods.every((pod) => !isSame(pod, killed)),
  );
}

const isSame = (pod: SeenPod, other: SeenPod | null) =>
  pod.podUid === other?.podUid && pod.containerId === other.containerId;

/** No preStop, and a server that closes at SIGTERM as most do. */
async function endAtOnce(hands: MatrixHands): Promise<void> {
  const { cluster, namespace, deployment, removals, signal } = hands;
  const ref = { ...kinds.deployment, namespace, name: deployment };
  const patch = (container: object) => ({
    spec: { template: { spec: { containers: [{ name: deployment, ...container }] } } },
  });
  const name = "CLOSE_AT_SIGTERM";
  const asBefore = patch({
    lifecycle: { preStop: { sleep: { seconds: 5 } } },
    env: [{ name, $patch: "delete" }],
  });
  removals.add("the target's preStop", (limit) => cluster.patch(ref, "strategic", asBefore, limit));
  const without = patch({ lifecycle: null, env: [{ name, value: "on" }] });
  await replaceAll(hands, limits.wholeMs, () => cluster.patch(ref, "strategic", without, signal));
}

/** kube-proxy may write its rules every 10 ms in the place of every second (minSyncPeriod). */
async function syncFast(hands: MatrixHands): Promise<void> {
  const where = ["-n", "kube-system", "configmap", "kube-proxy"];
  const own = await kubectl(hands, "get", ...where, "-o", "jsonpath={.data.config\\.conf}");
  const set = async (config: string, signal: AbortSignal) => {
    const patch = JSON.stringify({ data: { "config.conf": config } });
    await kubectl(hands, "patch", ...where, "--type=merge", `--patch=${patch}`);
    await restartKubeProxy({ ...hands, signal });
  };
  hands.removals.add("kube-proxy's minSyncPeriod", (limit) => set(own, limit));
  await set(own.replaceAll(/minSyncPeriod: \S+/g, "minSyncPeriod: 10ms"), hands.signal);
}

/** The process ends with exit code 1; who asked it to gets no answer. */
async function crash(hands: MatrixHands, pod: SeenPod): Promise<void> {
  await throwSwitch(hands, pod, "crash", { exitCode: 1 }).catch((error) => {
    if (isRefused(error)) throw error;
  });
}

/** SIGSTOP: it accepts connections and answers nobody. The liveness probe is more patient than this. */
async function hang(hands: MatrixHands, pod: SeenPod): Promise<void> {
  await held(hands, `${pod.name} goes on`, limits.hangMs, (on) =>
    signalContainer(hands, pod, on ? "SIGSTOP" : "SIGCONT"),
  );
}

/**
 * What `kubectl drain` does to the Pod's node, of the target's Pods alone: the node takes no Pod more,
 * and those that it has are evicted.
 */
async function drain(hands: MatrixHands, { node }: SeenPod): Promise<void> {
  const { namespace, removals, world } = hands;
  const uncordon = () => kubectl(hands, "uncordon", node ?? "");
  const back = removals.add(`${node} takes Pods`, uncordon);
  await kubectl(hands, "cordon", node ?? "");
  for (const { name } of world.pods.filter((pod) => pod.node === node))
    await evict(hands, { namespace, name });
  await waitForPods(
    hands,
    `the Pods of ${namespace} to have moved`,
    limits.wholeMs,
    (pods) => allReady(pods, hands.replicas) && pods.every((pod) => pod.node !== node),
  );
  await uncordon();
  back();
}

async function evict(
  { lab, nodeShell }: MatrixHands,
  metadata: { readonly namespace: string; readonly name: string },
): Promise<void> {
  const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}/eviction`;
  const body = JSON.stringify({ apiVersion: "policy/v1", kind: "Eviction", metadata });
  const create = ["create", `--raw=${path}`, "--filename=-"];
  await nodeShell(lab.controlPlane, ["kubectl", adminConfig, ...create], body);
}

async function pause(hands: MatrixHands, { node }: SeenPod): Promise<void> {
  await held(hands, `${node} goes on`, limits.nodePausedMs, (on) =>
    hands.pauseNode(node ?? "", on),
  );
}

async function restartKubeProxy(hands: MatrixHands): Promise<void> {
  const where = ["-n", "kube-system", "daemonset/kube-proxy"];
  await kubectl(hands, "rollout", "restart", ...where);
  let told = "";
  await until(hands.clock, hands.signal, {
    what: "kube-proxy to run anew on every node",
    look: async () => {
      told = (await kubectl(hands, "rollout", "status", "--watch=false", ...where)).trim();
      return told.endsWith("successfully rolled out") || null;
    },
    seen: () => told,
    limitMs: limits.wholeMs,
    everyMs: 500,
  });
}

/**
 * Whoever speaks to its port is refused, controllers and kubelets among them. Should this process be
 * killed meanwhile, the node takes the rules away by itself.
 */
async function cutOffApiServer(hands: MatrixHands): Promise<void> {
  const { lab, nodeShell } = hands;
  const table = `inet svclab_away_${Math.round(hands.clock.nowMs())}`;
  const seconds = (2 * limits.apiServerAwayMs) / 1_000;
  const rules = [
    `add table ${table}`,
    `add chain ${table} input { type filter hook input priority -10; }`,
    `add rule ${table} input tcp dport 6443 reject with tcp reset`,
  ];
  const cut = `nft '${rules.join("; ")}' || exit
    (sleep ${seconds}; nft delete table ${table}) </dev/null >/dev/null 2>&1 &`;
  await held(hands, "the API server is reached again", limits.apiServerAwayMs, (on) =>
    nodeShell(
      lab.controlPlane,
      on ? ["sh", "-c", cut] : ["nft", "delete", "table", ...table.split(" ")],
    ),
  );
}

const adminConfig = "--kubeconfig=/etc/kubernetes/admin.conf";

function kubectl({ lab, nodeShell }: MatrixHands, ...args: string[]): Promise<string> {
  return nodeShell(lab.controlPlane, ["kubectl", adminConfig, ...args]);
}
