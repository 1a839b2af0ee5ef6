import { readFileSync } from "node:fs";
import { z } from "zod";

const Environment = z.object({
  MYSQL_WRITER_USER: z.string().min(1),
  MYSQL_WRITER_PASSWORD: z.string().min(1),
  MYSQL_READER_USER: z.string().min(1),
  MYSQL_READER_PASSWORD: z.string().min(1),
  MYSQL_PRIMARY_HOST: z.string().min(1).default("mysql-primary"),
  MYSQL_READ_HOST: z.string().min(1).default("mysql-read"),
  MYSQL_CA_FILE: z.string().min(1).default("/etc/mysql-ca/ca.crt"),
});

/** Where one pool's connections go, and as whom. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** PEM; the only authority that a server's certificate may come from. */
  readonly ca: string;
}

export interface DatabaseSettings {
  readonly primary: ServerAddress;
  readonly read: ServerAddress;
}

/** null where there is no database: its Secrets and its ConfigMap are optional to the Pod. */
export function readDatabaseSettings(
  env: Readonly<Record<string, string | undefined>>,
): DatabaseSettings | null {
  const result = Environment.safeParse(env);
  if (!result.success) return null;
  const given = result.data;
  const ca = readIfThere(given.MYSQL_CA_FILE);
  if (ca === null) return null;
  const shared = { port: 3306, ca };
  return {
    primary: {
      ...shared,
      host: given.MYSQL_PRIMARY_HOST,
      user: given.MYSQL_WRITER_USER,
      password: given.MYSQL_WRITER_PASSWORD,
    },
    read: {
      ...shared,
      host: given.MYSQL_READ_HOST,
      user: given.MYSQL_READER_USER,
      password: given.MYSQL_READER_PASSWORD,
    },
  };
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
