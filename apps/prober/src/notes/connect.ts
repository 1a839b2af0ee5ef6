import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { type Connection, createConnection } from "mysql2/promise";

export interface Access {
  readonly host: string;
  readonly port: number;
  readonly user: "writer" | "reader";
}

const passwords = { writer: "NOTES_WRITER_PASSWORD", reader: "NOTES_READER_PASSWORD" } as const;
const connectMs = 1_500;

/** With TLS, the name checked against the certificate. The host is looked up each time. */
export async function connectTo({ host, port, user }: Access): Promise<Connection> {
  const ca = readFileSync(process.env["NOTES_CA_FILE"] ?? "/etc/mysql-ca/ca.crt", "utf8");
  const connection = await createConnection({
    ...{ host, port, user, database: "notes" },
    password: process.env[passwords[user]] ?? "",
    connectTimeout: connectMs,
    ssl: { ca, minVersion: "TLSv1.2", rejectUnauthorized: true, verifyIdentity: true },
    supportBigNumbers: true,
    bigNumberStrings: true,
  });
  // Without a listener a connection that breaks while nobody asks would end the process.
  connection.on("error", () => undefined);
  return connection;
}

/** The driver waits for the other end's goodbye, for which a server that stands still has no time. */
export function destroy(connection: Connection): void {
  connection.destroy();
  (connection as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
}
