import { Counter, Gauge, type Registry } from "prom-client";
import type { Database } from "./database.ts";
import type { Pool } from "./pool.ts";

/** Where each pool's connections go and what failed, read when it is asked for. */
export function databaseFigures(registry: Registry, { writes, reads }: Database): void {
  const registers = [registry];
  const each = (tell: (pool: Pool) => void) => [writes, reads].forEach(tell);
  new Gauge({
    name: "database_connections",
    help: "Open connections of a pool, by the member that each one reached.",
    labelNames: ["pool", "member"],
    registers,
    collect() {
      this.reset();
      each((pool) => {
        for (const [member, count] of pool.connections())
          this.set({ pool: pool.through, member }, count);
      });
    },
  });
  new Counter({
    name: "database_connections_opened_total",
    help: "Connections that a pool has opened, by the member that each one reached.",
    labelNames: ["pool", "member"],
    registers,
    collect() {
      this.reset();
      each((pool) => {
        for (const [member, count] of pool.opened) this.inc({ pool: pool.through, member }, count);
      });
    },
  });
  new Counter({
    name: "database_failures_total",
    help: "Connections and statements of a pool that failed, by kind.",
    labelNames: ["pool", "kind"],
    registers,
    collect() {
      this.reset();
      each((pool) => {
        for (const [kind, count] of pool.failures) this.inc({ pool: pool.through, kind }, count);
      });
    },
  });
}
