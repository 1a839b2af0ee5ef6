import type { Asking, Pool } from "./pool.ts";

/**
 * Whoever adds a row by hand gives `text` only. The collation is binary: two texts are the same
 * where their characters are.
 */
const notes = `CREATE TABLE IF NOT EXISTS notes (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  text VARCHAR(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
  created_at DATETIME(3) NOT NULL DEFAULT (UTC_TIMESTAMP(3))
)`;

/**
 * What was done under which key; kept when the note goes. `asked` makes a transaction of each
 * answer that was given before, so that this one has a GTID to wait for too.
 */
const keys = `CREATE TABLE IF NOT EXISTS note_keys (
  idempotency_key VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  text_hash BINARY(32) NOT NULL,
  note_id BIGINT UNSIGNED NULL,
  created_at DATETIME(3) NOT NULL,
  asked INT UNSIGNED NOT NULL DEFAULT 1
)`;

/** By several Pods at once, where it so happens. */
export async function makeTables(pool: Pool, asking: Asking): Promise<void> {
  await pool.use(asking, async (session) => {
    await session.run(notes);
    await session.run(keys);
  });
}
