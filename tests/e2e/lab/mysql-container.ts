import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Certificates, firstStartSql, type Lab, reference } from "@svclab/kind";
import { GenericContainer, type StartedTestContainer, Wait } from "testcontainers";
import { parse } from "yaml";
import { addressOf } from "../server-container.ts";

export type User = "writer" | "reader" | "replication" | "agent";
export const passwords = {
  writer: "password-of-the-writer",
  reader: "password-of-the-reader",
  replication: "password-of-replication",
  agent: "password-of-the-agent",
} as const satisfies Record<User, string>;

export interface MysqlOptions {
  readonly lab: Lab;
  /** By it a crashed run's containers are found. */
  readonly label: string;
  /** Its hostname; `certificates.servers` has one of this name. */
  readonly name: string;
  readonly certificates: Certificates;
}

/**
 * One server, started and set as k8s/base/mysql does, but that it is open from the first moment:
 * there is no agent to open it, and no group. Its data is in memory.
 */
export class MysqlContainer {
  readonly address: string;
  readonly #started: StartedTestContainer;

  static async start(options: MysqlOptions): Promise<MysqlContainer> {
    const started = await containerOf(options).start();
    return new MysqlContainer(started);
  }

  private constructor(started: StartedTestContainer) {
    this.#started = started;
    this.address = addressOf(started);
  }

  /** Rows as lines, by the client that is in the image. */
  async query(user: User, sql: string): Promise<string[]> {
    const tls = ["--ssl-mode=VERIFY_IDENTITY", "--ssl-ca=/etc/mysql-tls/ca.crt"];
    const argv = ["mysql", "-h127.0.0.1", `-u${user}`, ...tls, "-N", "-B", "-e", sql];
    const env = { MYSQL_PWD: passwords[user] };
    const { exitCode, output } = await this.#started.exec(argv, { env });
    assert.equal(exitCode, 0, output);
    return output.split("\n").filter((line) => line !== "");
  }

  /** To the server, below the shell that starts it again after a KILL. */
  async signal(name: "STOP" | "CONT" | "KILL"): Promise<void> {
    const script = `kill -${name} "$(cat /run/mysqld/server)"`;
    const { exitCode, output } = await this.#started.exec(["sh", "-c", script]);
    assert.equal(exitCode, 0, output);
  }

  /** Executes what the other writes from now on. */
  async follow(source: MysqlContainer): Promise<void> {
    await this.query(
      "agent",
      `SET GLOBAL super_read_only = ON;
       CHANGE REPLICATION SOURCE TO SOURCE_HOST = '${source.address}', SOURCE_PORT = 3306,
         SOURCE_USER = 'replication', SOURCE_PASSWORD = '${passwords.replication}',
         SOURCE_SSL = 1, SOURCE_SSL_CA = '/etc/mysql-tls/ca.crt', SOURCE_AUTO_POSITION = 1,
         SOURCE_CONNECT_RETRY = 1;
       START REPLICA;`,
    );
  }

  async stop(): Promise<void> {
    await this.#started.stop({ timeout: 0 });
  }
}

function containerOf({ lab, label, name, certificates }: MysqlOptions): GenericContainer {
  const { mysql } = lab.lock.images;
  assert.ok(mysql !== undefined, "the lock file has no image called mysql");
  const file = join(lab.checkout, "k8s/base/mysql/config-map-server.yaml");
  const { serve, "my.cnf": settings } = parse(readFileSync(file, "utf8")).data;
  const own = certificates.servers[name];
  assert.ok(own !== undefined, `no certificate for ${name}`);
  const files = {
    "/etc/mysql-server/serve": serve,
    "/etc/mysql-server/my.cnf": `${settings}\n[mysqld]\nsuper_read_only = OFF\noffline_mode = OFF\n`,
    "/etc/mysql-first-start/first-start.sql": firstStartSql(passwords),
    "/etc/mysql-tls/ca.crt": certificates.ca,
    "/etc/mysql-tls/tls.crt": own.certificate,
    "/etc/mysql-tls/tls.key": own.key,
  };
  const [labelName = "", labelValue = ""] = label.split("=");
  const folders = ["/var/lib/mysql", "/run/mysqld", "/run/agent", "/tmp"];
  return new GenericContainer(reference(mysql))
    .withLabels({ [labelName]: labelValue })
    .withHostname(name)
    .withUser("10001:10001")
    .withEntrypoint(["sh"])
    .withCommand(["/etc/mysql-server/serve"])
    .withEnvironment({ POD_NAME: name, POD_INDEX: name.split("-").at(-1) ?? "" })
    .withTmpFs(Object.fromEntries(folders.map((folder) => [folder, "rw,mode=1777"])))
    .withCopyContentToContainer(
      Object.entries(files).map(([target, content]) => ({ target, content, mode: 0o644 })),
    )
    .withWaitStrategy(Wait.forLogMessage(/ready for connections\. Version.* port: 3306/))
    .withStartupTimeout(120_000);
}
