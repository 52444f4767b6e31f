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

/** Takes the locks that are free, in one statement: of two sessions that try the same ones, one gets most of them. */
export async function tryLocks(session: Queryable, workers: readonly WorkerRow[]): Promise<WorkerRow[]> {
  const { rows } = await session.query<{ got: boolean }>(
    "select pg_try_advisory_lock(key) as got from unnest($1::bigint[]) with ordinality as k (key, at) order by at",
    [workers.map(({ lock_key }) => lock_key)],
  );
  return workers.filter((_, at) => rows[at]?.got === true);
}

/** Those that look at the locks hold each of them for a moment, and one that hands on holds it for longer. */
const LOCK_MAX_MS = 1_000;

/** Waits in the lock's queue, where those that look take it for held. @throws if another session keeps it */
export async function awaitLock(session: Queryable, { lock_key }: WorkerRow): Promise<void> {
  // One message is one transaction: the setting ends with it, and the lock stays.
  await session.query(
    `set local lock_timeout = ${LOCK_MAX_MS}; select pg_advisory_lock(${BigInt(lock_key)})`,
  );
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

/** Another worker as it looks now. */
export interface OtherWorker extends WorkerRow {
  /** Nobody holds its lock. */
  readonly is_free: boolean;
  /** It took its lock from the Postgres that runs now, not from one before a restart. */
  readonly same_start: boolean;
}

/**
 * The other workers that are there. Each lock is tried for the length of the statement. It is tried as a shared one, so that
 * those who look at the same time do not take each other for its holder.
 */
export async function listOthers(session: Queryable, ownId: string): Promise<OtherWorker[]> {
  const { rows } = await session.query<OtherWorker>({
    name: "look-at-workers",
    text: `select id, lock_key::float8, identity, pg_try_advisory_xact_lock_shared(lock_key) as is_free,
        locked_at_start = pg_postmaster_start_time() as same_start
      from workers where gone_at is null and id <> $1`,
    values: [ownId],
  });
  return rows;
}

/** What a look for work reads at most. Beyond it the heartbeat timeout does the same, later. */
const LISTED_MAX = 2_000;
/** An attempt is recorded within this after the change that asked for it, unless all slots are taken. */
const UNRECORDED_MAX_MS = 5_000;

/**
 * Busy chats in which the workers may have left an activity: first those in which they began an attempt or claimed a call, then
 * those that have just changed, because the activity may not have been recorded yet.
 */
export async function listChatsOf(
  db: Queryable,
  workers: readonly Pick<WorkerRow, "id">[],
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select c.id from chats c cross join lateral (select c.attempt_worker_id = any($1) or exists (
         select from tool_executions t where t.chat_id = c.id and t.worker_id = any($1)) as is_own) w
     where c.status in ('running', 'interrupting', 'requires_action')
       and (w.is_own or c.updated_at > now() - make_interval(secs => $2))
     order by w.is_own desc nulls last, c.updated_at desc limit $3`,
    [workers.map(({ id }) => id), UNRECORDED_MAX_MS / 1000, LISTED_MAX],
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
