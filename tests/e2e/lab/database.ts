import assert from "node:assert/strict";
import { kinds, type Pod } from "@svclab/cluster";
import { GroupMember } from "@svclab/contracts";
import { appNamespace, type Kubectl, onNode } from "@svclab/kind";
import { databasePods } from "@svclab/mysql-group";
import type { TestCluster } from "../test-cluster.ts";

/** What each member says of itself, through its agent; null: no answer. */
export async function membersOf({ cluster }: TestCluster): Promise<(GroupMember | null)[]> {
  return Promise.all(
    databasePods.map(async (name) => {
      const request = { port: 8080, method: "GET", path: "/member" } as const;
      const signal = AbortSignal.timeout(3_000);
      const pod = { namespace: appNamespace, name };
      const answer = await cluster.askPod(pod, request, signal).catch(() => null);
      return answer?.status === 200 ? GroupMember.parse(JSON.parse(answer.body)) : null;
    }),
  );
}

/** All three are in one group, each of them says so, and every Pod's label and readiness fit. */
export async function assertWhole(there: TestCluster): Promise<void> {
  const members = await membersOf(there);
  const states = members.map((member) => `${member?.state} ${member?.role}`);
  assert.ok(
    members.every((member) => member?.state === "ONLINE" && member.majority),
    `${states}`,
  );
  assert.equal(new Set(members.map((member) => member?.incarnation)).size, 1);
  for (const member of members) assert.equal(Object.keys(member?.online ?? {}).length, 3);
  const primaries = databasePods.filter((_, at) => members[at]?.role === "PRIMARY");
  assert.equal(primaries.length, 1, `${states}`);
  const pods = await podsOf(there);
  const labelled = pods.filter(({ metadata }) => metadata.labels?.["svclab/role"] === "primary");
  assert.deepEqual(
    labelled.map(({ metadata }) => metadata.name),
    primaries,
  );
  for (const { metadata, status } of pods) {
    const ready = status?.conditions?.find(({ type }) => type === "Ready");
    assert.equal(ready?.status, "True", metadata.name);
  }
}

/** As they say themselves: more than one while an old one has not noticed yet. */
export async function primaries(there: TestCluster): Promise<string[]> {
  const members = await membersOf(there);
  return databasePods.filter((_, at) => members[at]?.role === "PRIMARY");
}

export async function aSecondary(there: TestCluster): Promise<(typeof databasePods)[number]> {
  const members = await membersOf(there);
  const found = databasePods.findLast((_, at) => members[at]?.role === "SECONDARY");
  assert.ok(found !== undefined, "a secondary");
  return found;
}

/** What an agent does at last, and why, as JSON. */
export const stepOf = (there: TestCluster, pod: string) => askAgent(there, pod, 8080, "/step");

export async function askAgent(
  { cluster }: TestCluster,
  name: string,
  port: number,
  path: string,
): Promise<string> {
  const request = { port, method: "GET", path } as const;
  return (await cluster.askPod({ namespace: appNamespace, name }, request)).body;
}

export async function podsOf({ cluster }: TestCluster): Promise<readonly Pod[]> {
  const labels = "app.kubernetes.io/name=mysql";
  const { items } = await cluster.list(kinds.pod, { namespace: appNamespace, labels });
  return items.toSorted((one, other) => one.metadata.name.localeCompare(other.metadata.name));
}

export interface ServerProcess {
  readonly pod: string;
  readonly node: string;
  readonly containerId: string;
  /** On its node. */
  readonly pid: number;
  readonly residentMib: number;
}

/** The servers' own processes, below the shell that is the first in each container. */
export async function serverProcesses(there: TestCluster): Promise<ServerProcess[]> {
  const pods = await podsOf(there);
  const placed = pods.filter(({ status }) => (status?.containerStatuses ?? []).length > 0);
  return Promise.all(
    placed.map(async ({ metadata, spec, status }) => {
      const node = spec.nodeName ?? "";
      const found = status?.containerStatuses?.find(({ name }) => name === "mysqld");
      const containerId = found?.containerID?.replace("containerd://", "") ?? "";
      const script = `for pid in $(ctr -n k8s.io tasks ps ${containerId} 2>/dev/null | tail -n +2 | cut -d' ' -f1); do
        [ "$(cat /proc/$pid/comm)" != mysqld ] || { echo $pid; grep VmRSS /proc/$pid/status; }
      done`;
      const printed = await onNode(there.lab.engine, node, ["sh", "-c", script]);
      const [, pid, kib] = /^(\d+)\nVmRSS:\s+(\d+) kB/.exec(printed) ?? [];
      assert.ok(pid !== undefined, `${metadata.name} has no server: ${printed}`);
      const residentMib = Math.round(Number(kib) / 1024);
      return { pod: metadata.name, node, containerId, pid: Number(pid), residentMib };
    }),
  );
}

/** SIGKILL to all of them as nearly at once as three commands on three nodes are. */
export async function killServers(
  there: TestCluster,
  servers: readonly ServerProcess[],
): Promise<void> {
  await Promise.all(
    servers.map(({ node, pid }) => onNode(there.lab.engine, node, ["kill", "-KILL", `${pid}`])),
  );
}

/** Keeps a Pod from being started again until the work is done. */
export async function without(
  there: TestCluster,
  kubectl: Kubectl,
  pod: string,
  work: () => Promise<void>,
): Promise<void> {
  const pods = await podsOf(there);
  const node = pods.find(({ metadata }) => metadata.name === pod)?.spec.nodeName ?? "";
  await kubectl(["cordon", node]);
  try {
    await kubectl(["-n", appNamespace, "delete", "pod", pod]);
    await work();
  } finally {
    await kubectl(["uncordon", node]);
  }
}

/** What the kernel counts of a server's container: cgroup v2 and v1 name the file differently. */
export async function memoryEvents(kubectl: Kubectl, pod: string): Promise<string> {
  const read =
    "cat /sys/fs/cgroup/memory.events 2>/dev/null || cat /sys/fs/cgroup/memory/memory.oom_control";
  return kubectl(["-n", appNamespace, "exec", pod, "-c", "mysqld", "--", "sh", "-c", read]);
}

export type DatabaseUser = "writer" | "reader" | "replication" | "agent";

export interface Asking {
  /** In whose server's container the client runs. */
  readonly from: string;
  readonly user: DatabaseUser;
  readonly host: string;
  /** Default: the user's own. */
  readonly password?: string;
  /** Default: the host's name is checked against its certificate. */
  readonly tls?: "VERIFY_IDENTITY" | "REQUIRED" | "DISABLED";
  /** Goes on after an error. */
  readonly force?: boolean;
}

/** Rows as lines. Throws what the client says where the server refuses. */
export async function query(kubectl: Kubectl, asking: Asking, sql: string): Promise<string[]> {
  const { from, user, host, tls = "VERIFY_IDENTITY", force = false } = asking;
  const password = asking.password ?? (await passwordOf(kubectl, user));
  const options = [`-h${host}`, `-u${user}`, `--ssl-mode=${tls}`, "-N", "-B"];
  if (tls === "VERIFY_IDENTITY") options.push("--ssl-ca=/etc/mysql-tls/ca.crt");
  if (force) options.push("--force");
  // The password goes in with the statements: a command line is told in errors and in process lists.
  const client = 'read -r MYSQL_PWD; export MYSQL_PWD; exec mysql "$@"';
  const exec = ["-n", appNamespace, "exec", "-i", from, "-c", "mysqld", "--"];
  const argv = [...exec, "sh", "-c", client, "mysql", ...options];
  const printed = await kubectl(argv, `${password}\n${sql}\n`);
  return printed.split("\n").filter((line) => line !== "");
}

export async function passwordOf(kubectl: Kubectl, user: DatabaseUser): Promise<string> {
  const path = "jsonpath={.data.password}";
  const secret = ["-n", appNamespace, "get", "secret", `mysql-${user}`, "-o", path];
  return Buffer.from(await kubectl(secret), "base64").toString();
}
