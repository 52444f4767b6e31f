// Advisory locks: what only one process of a deployment does at a time.
import type { Pool } from "../database.ts";

/**
 * Advisory locks, each with a key of its own in the database: numbers that no other program is likely to take. Versions
 * that run side by side must agree on them.
 */
export const LOCK_KEYS = {
  migrate: 7_305_110_001,
  seedAdmin: 7_305_110_002,
  defaultModel: 7_305_110_003,
  workspaceReconciler: 7_305_110_004,
  reconciler: 7_305_110_005,
  migrateOutside: 7_305_110_006,
  chooseBuild: 7_305_110_020,
  buildKeeper: 7_305_110_021,
  admitPerson: 7_305_110_030,
} as const;

/** A worker frozen in the middle of its round loses the lock after this; a second worker in the same round does no harm. */
const LOOP_LOCK_IDLE_MS = 30_000;

/**
 * Waits for the lock, and holds it while `work` runs. The session is in no transaction, so `work` may wait for others than the
 * database.
 * @throws if another process holds the lock for longer than the pool's limit for locks
 */
export async function withLock<T>(pool: Pool, key: number, work: () => Promise<T>): Promise<T> {
  const client = await pool.connect();
  client.on("error", () => undefined);
  try {
    await client.query(`set idle_session_timeout = ${LOOP_LOCK_IDLE_MS}`);
    await client.query("select pg_advisory_lock($1)", [key]);
    return await work();
  } finally {
    client.release(true);
  }
}

/** Holds the lock of one worker-wide loop for as long as `work` runs; false when another worker has it. */
export async function withLoopLock(pool: Pool, key: number, work: () => Promise<void>): Promise<boolean> {
  const client = await pool.connect();
  // A connection that dies while it waits for `work` emits here; unheard, it would end the process.
  client.on("error", () => undefined);
  try {
    await client.query(`set idle_session_timeout = ${LOOP_LOCK_IDLE_MS}`);
    const { rows } = await client.query<{ got: boolean }>("select pg_try_advisory_lock($1) as got", [key]);
    if (rows[0]?.got !== true) return false;
    await work();
    return true;
  } finally {
    // The connection is given up, and with it the lock, however the round ended.
    client.release(true);
  }
}
