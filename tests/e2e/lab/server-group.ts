import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  checkoutDir,
  type DatabaseUser,
  databaseUsers,
  firstStartSql,
  type Lab,
  makeCertificates,
  reference,
} from "@svclab/kind";
import { databasePods } from "@svclab/mysql-group";
import { GenericContainer, type StartedTestContainer } from "testcontainers";
import { parse } from "yaml";
import { addressOf } from "../server-container.ts";

/** As in k8s/base/mysql/stateful-set.yaml; also the image's own user. */
const user = "10001:10001";

export interface ServerGroup {
  readonly containers: ReadonlyMap<string, StartedTestContainer>;
  readonly passwords: Readonly<Record<DatabaseUser, string>>;
  /** PEM. */
  readonly ca: string;
}

export const fullName = (pod: string) => `${pod}.mysql-peers.svclab.svc.cluster.local`;

/** Three servers as k8s/base/mysql sets and starts them, each a container; none is in a group. */
export async function startServers(lab: Lab, label: string): Promise<ServerGroup> {
  const { mysql } = lab.lock.images;
  if (mysql === undefined) throw new Error("the lock file has no image called mysql");
  const [name = "", value = ""] = label.split("=");
  const containers = new Map<string, StartedTestContainer>();
  for (const pod of databasePods)
    containers.set(
      pod,
      await new GenericContainer(reference(mysql))
        .withLabels({ [name]: value })
        .withEntrypoint(["sleep"])
        .withCommand(["infinity"])
        .withUser("0:0")
        .start(),
    );
  const addresses = new Map([...containers].map(([pod, each]) => [pod, addressOf(each)]));
  const passwords = Object.fromEntries(
    databaseUsers.map((each) => [each, `password-of-${each}-0`]),
  ) as Record<DatabaseUser, string>;
  const { ca, servers } = await makeCertificates(
    // mysql2 takes a server that it knows by an address alone for localhost.
    databasePods.map((pod) => ({
      name: pod,
      names: [fullName(pod), addresses.get(pod) ?? "", "localhost"],
    })),
    new Date(),
  );
  const file = join(checkoutDir(), "k8s/base/mysql/config-map-server.yaml");
  const { data } = parse(await readFile(file, "utf8"));
  const hosts = [...addresses].map(([pod, address]) => `${address} ${fullName(pod)}`).join("\n");
  // An agent talks to its own server; here it is not in the same network namespace.
  const firstStart = firstStartSql(passwords).replaceAll("'agent'@'127.0.0.1'", "'agent'@'%'");
  for (const [pod, container] of containers) {
    const { certificate = "", key = "" } = servers[pod] ?? {};
    const files = {
      "/etc/mysql-server/serve": data.serve,
      "/etc/mysql-server/my.cnf": data["my.cnf"],
      "/etc/mysql-first-start/first-start.sql": firstStart,
      "/etc/mysql-tls/ca.crt": ca,
      "/etc/mysql-tls/tls.crt": certificate,
      "/etc/mysql-tls/tls.key": key,
      "/tmp/hosts": hosts,
    };
    await container.copyContentToContainer(
      Object.entries(files).map(([target, content]) => ({ target, content, mode: 0o644 })),
    );
    await inContainer(container, "cat /tmp/hosts >>/etc/hosts", "0:0");
    const folders = "/var/lib/mysql /run/mysqld /run/agent";
    await inContainer(container, `mkdir -p ${folders} && chown ${user} ${folders}`, "0:0");
    await startServer(container, pod);
  }
  return { containers, passwords, ca };
}

async function startServer(container: StartedTestContainer, pod: string): Promise<void> {
  const who = `export POD_NAME=${pod} POD_INDEX=${pod.split("-").at(-1)}`;
  await inContainer(container, `${who}; sh /etc/mysql-server/serve >/tmp/log 2>&1 </dev/null &`);
}

/** Runs a shell line; throws what it printed where it fails. */
export async function inContainer(
  container: StartedTestContainer,
  line: string,
  as = user,
): Promise<string> {
  const { exitCode, output } = await container.exec(["sh", "-c", line], { user: as });
  if (exitCode !== 0) throw new Error(`${line} ended with ${exitCode}: ${output}`);
  return output;
}
