import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly ca: string;
}

/** One row, by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * One kept connection to a server, opened when it is first needed and again after it broke. Every
 * statement has a time limit; one that is exceeded ends the connection, as its answer may come yet.
 */
export class Server {
  readonly #address: ServerAddress;
  #connection: Promise<Connection> | null = null;

  constructor(address: ServerAddress) {
    this.#address = address;
  }

  async query(sql: string, timeoutMs: number, values: readonly unknown[] = []): Promise<Row[]> {
    this.#connection ??= this.#open(timeoutMs);
    const opening = this.#connection;
    try {
      const connection = await opening;
      const [rows] = await connection.query<RowDataPacket[]>({
        sql,
        values: [...values],
        timeout: timeoutMs,
      });
      return Array.isArray(rows) ? rows : [];
    } catch (error) {
      if (!isAnswer(error)) this.#drop(opening);
      throw error;
    }
  }

  close(): void {
    if (this.#connection !== null) this.#drop(this.#connection);
  }

  /** Another may have been opened in its place already, which others use. */
  #drop(opening: Promise<Connection>): void {
    opening.then((connection) => connection.destroy()).catch(() => undefined);
    if (this.#connection === opening) this.#connection = null;
  }

  #open(timeoutMs: number): Promise<Connection> {
    const { host, port, user, password, ca } = this.#address;
    const opening = createConnection({
      ...{ host, port, user, password },
      connectTimeout: timeoutMs,
      // The address is checked against the certificate, not only the authority.
      ssl: { ca, minVersion: "TLSv1.2", rejectUnauthorized: true, verifyIdentity: true },
    });
    const drop = () => this.#drop(opening);
    opening.then((connection) => connection.on("error", drop), drop);
    return opening;
  }
}

/** The server refused the statement; the connection is as good as before. */
function isAnswer(error: unknown): boolean {
  const { sqlState, fatal } = error as { sqlState?: string; fatal?: boolean };
  return sqlState !== undefined && fatal !== true;
}
