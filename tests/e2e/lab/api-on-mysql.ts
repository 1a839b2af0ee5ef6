import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { ProberPlan } from "@svclab/contracts";
import {
  labAppImages,
  makeCertificates,
  openLab,
  removeByLabel,
  startEngineApi,
} from "@svclab/kind";
import type { StartedTestContainer } from "testcontainers";
import { parse } from "yaml";
import { downward, ServerContainer } from "../server-container.ts";
import { MysqlContainer, passwords } from "./mysql-container.ts";
import { NoteClient } from "./note-client.ts";

export interface ApiOnMysql {
  /** What mysql-primary leads to, and mysql-read: the second follows the first. */
  readonly primary: MysqlContainer;
  readonly secondary: MysqlContainer;
  readonly api: NoteClient;
  /** Another api on the same servers, gone when the test ends. `ca`: whom it trusts. */
  readonly startApi: (
    t: TestContext,
    environment: Record<string, string>,
    ca?: string,
  ) => Promise<NoteClient>;
  /** A prober that writes and reads notes by SQL, gone when the test ends. */
  readonly startProber: (t: TestContext, plan: ProberPlan) => Promise<StartedTestContainer>;
  /** Counted on the primary, past the api. */
  readonly rows: (where: string) => Promise<number>;
  readonly close: () => Promise<void>;
}

/** Two servers and an api, in containers that carry this label. */
export async function openApiOnMysql(label: string): Promise<ApiOnMysql> {
  const lab = await openLab(() => undefined);
  await removeByLabel(lab.engine, label);
  const images = await labAppImages(lab);
  const work = await mkdtemp(join(tmpdir(), "svclab-notes-"));
  const engineApi = await startEngineApi(lab.engine, { socket: join(work, "engine.sock") });
  Object.assign(process.env, engineApi.env);
  const close = async () => {
    try {
      await removeByLabel(lab.engine, label);
    } finally {
      await engineApi.stop();
      await rm(work, { recursive: true, force: true });
    }
  };
  try {
    const names = ["mysql-primary", "mysql-read", "127.0.0.1"];
    const servers = ["mysql-0", "mysql-1"].map((name) => ({ name, names }));
    const certificates = await makeCertificates(servers, new Date());
    const shared = { lab, label, certificates };
    const primary = await MysqlContainer.start({ ...shared, name: "mysql-0" });
    const secondary = await MysqlContainer.start({ ...shared, name: "mysql-1" });
    await secondary.follow(primary);

    let count = 0;
    const led = async (image: string, environment: Record<string, string>, ca: string) => {
      const file = join(work, `ca-${count++}.crt`);
      await writeFile(file, ca);
      return new ServerContainer(image, label, environment)
        .withExtraHosts([
          { host: "mysql-primary", ipAddress: primary.address },
          { host: "mysql-elsewhere", ipAddress: primary.address },
          { host: "mysql-read", ipAddress: secondary.address },
        ])
        .withBindMounts([{ source: file, target: "/etc/mysql-ca/ca.crt", mode: "ro" }]);
    };
    const start = async (environment: Record<string, string> = {}, ca = certificates.ca) => {
      const users = {
        MYSQL_WRITER_USER: "writer",
        MYSQL_WRITER_PASSWORD: passwords.writer,
        MYSQL_READER_USER: "reader",
        MYSQL_READER_PASSWORD: passwords.reader,
      };
      const container = await led(images.api, { ...downward, ...users, ...environment }, ca);
      return (
        container
          .withCommand(await deployedArgs(lab.checkout))
          // 256 MiB, as the Pod has; what goes over it is killed.
          .withResourcesQuota({ memory: 0.25 })
          .serving()
          .start()
      );
    };
    return {
      ...{ primary, secondary, close },
      api: new NoteClient(await start()),
      startApi: async (t, environment, ca) => {
        const started = await start(environment, ca);
        t.after(() => started.stop({ timeout: 0 }));
        return new NoteClient(started);
      },
      startProber: async (t, plan) => {
        const users = {
          NOTES_WRITER_PASSWORD: passwords.writer,
          NOTES_READER_PASSWORD: passwords.reader,
        };
        const container = await led(images.prober, users, certificates.ca);
        const started = await container.probing(plan).start();
        t.after(() => started.stop({ timeout: 0 }));
        return started;
      },
      rows: async (where) => {
        const sql = `SELECT COUNT(*) FROM notes.notes WHERE ${where};`;
        return Number((await primary.query("writer", sql))[0]);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function deployedArgs(checkout: string): Promise<string[]> {
  const file = join(checkout, "k8s/base/api/deployment.yaml");
  return parse(await readFile(file, "utf8")).spec.template.spec.containers[0].args;
}
