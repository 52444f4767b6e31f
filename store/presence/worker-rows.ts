// The rows of workers: who is there, who holds which lock, and where a lost worker may have left work.
import { randomInt, randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { goneWorkerKeepMs } from "../../core/chat/limits.ts";
import type { Queryable } from "../database.ts";

/** A worker as the others know it. */
export interface WorkerRow {
  readonly id: string;
  /** Key of the advisory lock that its session holds. */
  readonly lock_key: number;
  /** Its name in Temporal. */
  readonly identity: string;
}

/** The largest that `randomInt` gives; far apart from the keys in `advisory-locks.ts` in all likelihood. */
const LOCK_KEY_MAX = 2 ** 48 - 1;

/** A worker that starts. Temporal's Web UI shows the identity: process and machine first, then what makes it unique. */
export function newWorker(): WorkerRow {
  const id = randomUUID();
  return { id, lock_key: randomInt(LOCK_KEY_MAX), identity: `${process.pid}@${hostname()}/${id}` };
}

/** Takes the lock in this session; false while another session has it. */
export async function tryLock(session: Queryable, { lock_key }: WorkerRow): Promise<boolean> {
  const { rows } = await session.query<{ got: boolean }>("select pg_try_advisory_lock($1) as got", [
    lock_key,
  ]);
  return rows[0]?.got === true;
}

export async function unlock(session: Queryable, { lock_key }: WorkerRow): Promise<void> {
  await session.query("select pg_advisory_unlock($1)", [lock_key]);
}

/** Says that the worker is there. Its session must hold the lock: a row whose lock is free is a worker that died. */
export async function markPresent(session: Queryable, { id, lock_key, identity }: WorkerRow): Promise<void> {
  await session.query(
    `insert into workers (id, lock_key, identity, locked_at_start) values ($1, $2, $3, pg_postmaster_start_time())
     on conflict (id) do update set locked_at_start = excluded.locked_at_start, gone_at = null`,
    [id, lock_key, identity],
  );
}

export async function markGone(session: Queryable, { id }: Pick<WorkerRow, "id">): Promise<void> {
  await session.query("update workers set gone_at = now() where id = $1 and gone_at is null", [id]);
}

export async function isPresent(session: Queryable, { id }: Pick<WorkerRow, "id">): Promise<boolean> {
  const { rowCount } = await session.query("select from workers where id = $1 and gone_at is null", [id]);
  return rowCount === 1;
}

/** After a restart of Postgres, whose sessions all fall at once, the workers have this long to come back. */
const RESTART_GRACE_MS = 10_000;

/**
 * The other workers whose locks are free. Each lock is tried for the length of the statement. It is tried as a shared one, so
 * that those who look at the same time do not take each other for its holder.
 */
export async function findUnlocked(session: Queryable, ownId: string): Promise<WorkerRow[]> {
  const { rows } = await session.query<WorkerRow & { readonly is_free: boolean }>({
    name: "find-unlocked-workers",
    text: `select id, lock_key::float8, identity, pg_try_advisory_xact_lock_shared(lock_key) as is_free from workers
      where gone_at is null and id <> $1 and (locked_at_start = pg_postmaster_start_time()
        or pg_postmaster_start_time() < now() - make_interval(secs => $2))`,
    values: [ownId, RESTART_GRACE_MS / 1000],
  });
  return rows.filter(({ is_free }) => is_free);
}

/** What a look for work reads at most. Beyond it the heartbeat timeout does the same, later. */
const LISTED_MAX = 2_000;
/** An attempt is recorded within this after the change that asked for it, unless all slots are taken. */
const UNRECORDED_MAX_MS = 5_000;

/**
 * Busy chats in which the worker may have left an activity: first those in which it began an attempt or claimed a call, then those
 * that have just changed, because the activity may not have been recorded yet.
 */
export async function listChatsOf(db: Queryable, { id }: Pick<WorkerRow, "id">): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select c.id from chats c cross join lateral (select c.attempt_worker_id = $1 or exists (
         select from tool_executions t where t.chat_id = c.id and t.worker_id = $1) as is_own) w
     where c.status in ('running', 'interrupting', 'requires_action')
       and (w.is_own or c.updated_at > now() - make_interval(secs => $2))
     order by w.is_own desc nulls last, c.updated_at desc limit $3`,
    [id, UNRECORDED_MAX_MS / 1000, LISTED_MAX],
  );
  return rows.map((row) => row.id);
}

/** Workspaces on their way: there are few, and any worker may build, stop or delete them. */
export async function listMovingWorkspaces(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from workspaces where status in ('building', 'stopping', 'deleting') order by updated_at desc limit $1`,
    [LISTED_MAX],
  );
  return rows.map((row) => row.id);
}

/** Rows of workers that are long gone. */
export async function purgeGoneWorkers(db: Queryable): Promise<number> {
  const { rowCount } = await db.query(
    "delete from workers where gone_at < now() - make_interval(secs => $1)",
    [goneWorkerKeepMs / 1000],
  );
  return rowCount ?? 0;
}
