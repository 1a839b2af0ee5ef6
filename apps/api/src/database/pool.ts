import type { Socket } from "node:net";
import type { DatabaseMember } from "@svclab/contracts";
import { createPool, type Pool as DriverPool, type PoolConnection } from "mysql2";
import { DatabaseFailure, type FailureKind, whileConnecting } from "./failure.ts";
import { limits } from "./limits.ts";
import { ask, Session } from "./session.ts";
import type { ServerAddress } from "./settings.ts";

/** What one request brings to the pools. */
export interface Asking {
  /** On performance.now()'s clock. */
  readonly deadlineMs: number;
  /** Told of each member that the request reaches, the last one last. */
  readonly met: (member: DatabaseMember) => void;
}

interface Known {
  readonly member: DatabaseMember;
  readonly openedMs: number;
  readonly generation: number;
}

/**
 * Connections to whatever a Service leads to. The driver bounds their number, the queue and the
 * idle time; here are their age, the member that each one reached, and what a change of primary
 * asks for: where one connection shows that its server is gone or was demoted, all go.
 */
export class Pool {
  readonly through: DatabaseMember["through"];
  readonly failures = new Map<FailureKind, number>();
  /** By member. */
  readonly opened = new Map<string, number>();
  readonly #driver: DriverPool;
  readonly #known = new Map<PoolConnection, Known>();
  readonly #idle = new Set<PoolConnection>();
  #generation = 0;

  constructor(through: DatabaseMember["through"], { ca, ...address }: ServerAddress) {
    this.through = through;
    this.#driver = createPool({
      ...address,
      database: "notes",
      connectTimeout: limits.connectMs,
      connectionLimit: limits.connections,
      queueLimit: limits.queue,
      maxIdle: limits.idleConnections,
      idleTimeout: limits.idleMs,
      // The host's name is checked against the certificate, not only the authority.
      ssl: { ca, minVersion: "TLSv1.2", rejectUnauthorized: true, verifyIdentity: true },
      // No server may ask for a file of this Pod.
      flags: ["-LOCAL_FILES"],
      // Ids go beyond what a number holds, and times are wanted as they are written.
      supportBigNumbers: true,
      bigNumberStrings: true,
      dateStrings: true,
    });
    this.#driver.on("connection", (raw) => {
      // Without a listener an idle connection that breaks would end the process.
      raw.on("error", () => undefined);
      socketOf(raw).once("close", () => this.#forget(raw));
    });
    this.#driver.on("release", (raw) => void this.#idle.add(raw));
    this.#driver.on("acquire", (raw) => void this.#idle.delete(raw));
  }

  /** Open connections by member. */
  connections(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { member } of this.#known.values())
      counts.set(member.pod, (counts.get(member.pod) ?? 0) + 1);
    return counts;
  }

  /**
   * Lends a connection for as long as the work takes.
   * @throws DatabaseFailure, and what the work throws
   */
  async use<T>(asking: Asking, work: (session: Session) => Promise<T>): Promise<T> {
    const raw = await this.#acquire(asking.deadlineMs);
    let spoilt = false;
    const failed = (failure: DatabaseFailure) => {
      this.#count(failure);
      spoilt ||= failure.spoils;
    };
    try {
      const { member } = this.#known.get(raw) ?? (await this.#meet(raw, asking, failed));
      asking.met(member);
      // Of one that is not known nobody can say how old it is: it goes.
      const abandon = () => this.#forget(raw);
      return await work(new Session(raw, member, asking.deadlineMs, { failed, abandon }));
    } finally {
      if (spoilt) this.#dropAll(raw);
      else if (this.#isOld(raw)) destroy(raw);
      else raw.release();
    }
  }

  close(): void {
    this.#driver.end(() => undefined);
  }

  #acquire(deadlineMs: number): Promise<PoolConnection> {
    const { promise, resolve, reject } = Promise.withResolvers<PoolConnection>();
    const fail = (failure: DatabaseFailure) => {
      this.#count(failure);
      reject(failure);
    };
    let late = false;
    const timer = setTimeout(
      () => {
        late = true;
        fail(new DatabaseFailure("busy", "no connection became free"));
      },
      Math.min(limits.waitMs, deadlineMs - performance.now()),
    );
    this.#driver.getConnection((error, raw) => {
      clearTimeout(timer);
      if (late) return error ? undefined : raw.release();
      if (error) fail(whileConnecting(error));
      else resolve(raw);
    });
    return promise;
  }

  /** The first words on a new connection: who is there, and how the session is to be. */
  async #meet(
    raw: PoolConnection,
    { deadlineMs }: Asking,
    failed: (failure: DatabaseFailure) => void,
  ): Promise<Known> {
    const limitMs = Math.min(limits.statementMs, deadlineMs - performance.now());
    // A change of primary while it is asked is one that this connection may not know of.
    const generation = this.#generation;
    try {
      await ask(raw, sessionSettings, [], limitMs);
      const { rows } = await ask(
        raw,
        "SELECT @@hostname AS pod, @@server_uuid AS uuid",
        [],
        limitMs,
      );
      const member = {
        pod: String(rows[0]?.["pod"]),
        serverUuid: String(rows[0]?.["uuid"]),
        through: this.through,
      };
      const known = { member, openedMs: performance.now(), generation };
      this.#known.set(raw, known);
      this.opened.set(member.pod, (this.opened.get(member.pod) ?? 0) + 1);
      return known;
    } catch (error) {
      if (error instanceof DatabaseFailure) failed(error);
      throw error;
    }
  }

  #isOld(raw: PoolConnection): boolean {
    const known = this.#known.get(raw);
    if (known === undefined) return true;
    const ageMs = performance.now() - known.openedMs;
    return ageMs > limits.ageMs || known.generation < this.#generation;
  }

  /** Those that others have now go when they are given back: they are of an older generation. */
  #dropAll(raw: PoolConnection): void {
    this.#generation++;
    const idle = [...this.#idle];
    for (const each of [raw, ...idle]) {
      this.#forget(each);
      destroy(each);
    }
  }

  #forget(raw: PoolConnection): void {
    this.#known.delete(raw);
    this.#idle.delete(raw);
  }

  #count({ kind }: DatabaseFailure): void {
    this.failures.set(kind, (this.failures.get(kind) ?? 0) + 1);
  }
}

/**
 * The server tells the id of each transaction, and gives up by itself what the api has given up.
 * READ COMMITTED locks no gaps between keys, so two new keys do not wait for each other.
 */
const sessionSettings = `SET SESSION session_track_gtids = 'OWN_GTID', time_zone = '+00:00',
  transaction_isolation = 'READ-COMMITTED', innodb_lock_wait_timeout = ${limits.lockWaitSeconds},
  lock_wait_timeout = ${limits.lockWaitSeconds}, max_execution_time = ${limits.statementMs}`;

/** The driver waits for the other end's goodbye, for which a server that stands still has no time. */
function destroy(raw: PoolConnection): void {
  raw.destroy();
  socketOf(raw).destroy();
}

function socketOf(raw: PoolConnection): Socket {
  return (raw as unknown as { readonly stream: Socket }).stream;
}
