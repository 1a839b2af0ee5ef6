import type { Kubectl } from "../cluster/kubectl.ts";
import { makeCertificates } from "./certificates.ts";
import { type DatabaseUser, databaseUsers, firstStartSql } from "./first-start.ts";

export interface SecretsOptions {
  readonly kubectl: Kubectl;
  readonly namespace: string;
  readonly now: Date;
  /** A new password each time. */
  readonly password: () => string;
}

const labels = { "app.kubernetes.io/name": "mysql", "app.kubernetes.io/part-of": "svclab" };
const members = ["mysql-0", "mysql-1", "mysql-2"];
/** The last to be made: where it is there, all are. */
const last = "mysql-ca";

/**
 * Passwords and certificates are made once and stay: the servers have the passwords on their
 * volumes, and members with certificates of two authorities refuse each other. Made at an install,
 * so that no two labs share one and none stands in a file.
 */
export async function makeDatabaseSecrets(options: SecretsOptions): Promise<void> {
  const { kubectl, namespace } = options;
  if (await hasDatabaseSecrets(kubectl, namespace)) return;
  const list = JSON.stringify(await secretsList(options));
  await kubectl(["-n", namespace, "apply", "-f", "-"], list);
}

/** Whether a database was installed here, by this install or by one before. */
export async function hasDatabaseSecrets(kubectl: Kubectl, namespace: string): Promise<boolean> {
  const get = ["-n", namespace, "get", "configmap", last, "--ignore-not-found", "-o=name"];
  return (await kubectl(get)) !== "";
}

async function secretsList({ namespace, now, password }: SecretsOptions): Promise<object> {
  const passwords = Object.fromEntries(databaseUsers.map((user) => [user, password()])) as Record<
    DatabaseUser,
    string
  >;
  const { ca, servers } = await makeCertificates(
    members.map((name) => ({ name, names: namesOf(name, namespace) })),
    now,
  );
  const certified = Object.entries(servers).flatMap(([name, { certificate, key }]) => [
    [`${name}.crt`, certificate],
    [`${name}.key`, key],
  ]);
  const items = [
    ...databaseUsers.map((user) =>
      secret(`mysql-${user}`, { username: user, password: passwords[user] }),
    ),
    secret("mysql-first-start", { "first-start.sql": firstStartSql(passwords) }),
    secret("mysql-tls", { "ca.crt": ca, ...Object.fromEntries(certified) }),
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: last, labels },
      data: { "ca.crt": ca },
    },
  ];
  return { apiVersion: "v1", kind: "List", items };
}

/** Every name by which a client, a member or the agent beside it may call this server. */
function namesOf(member: string, namespace: string): string[] {
  const services = ["mysql", "mysql-primary", "mysql-read"];
  const short = [`${member}.mysql-peers`, `${member}.mysql`, ...services];
  const long = short.flatMap((name) => [
    name,
    `${name}.${namespace}`,
    `${name}.${namespace}.svc`,
    `${name}.${namespace}.svc.cluster.local`,
  ]);
  return [...long, "localhost", "127.0.0.1"];
}

function secret(name: string, stringData: Readonly<Record<string, string>>): object {
  return { apiVersion: "v1", kind: "Secret", metadata: { name, labels }, stringData };
}
