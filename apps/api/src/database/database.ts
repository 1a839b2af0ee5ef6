import { Pool } from "./pool.ts";
import type { DatabaseSettings } from "./settings.ts";

export interface Database {
  readonly writes: Pool;
  readonly reads: Pool;
}

/** Nothing is connected before it is needed. */
export function openDatabase({ primary, read }: DatabaseSettings): Database {
  return { writes: new Pool("mysql-primary", primary), reads: new Pool("mysql-read", read) };
}
