// The builds of the worker that a deployment has seen, and which of them should be current.

import type { Pool, Queryable } from "../database.ts";
import { LOCK_KEYS, withLock } from "./advisory-locks.ts";

/** Workers without a build id. */
export const UNVERSIONED = "";

export interface WorkerBuild {
  readonly build_id: string;
  readonly first_seen_at: string;
  /** First seen, or promoted by a person: the newest should be current. */
  readonly chosen_at: string;
  /** Runs that were ended because their workflow tasks failed again and again. */
  readonly failed_runs: number;
  readonly last_failed_at: string | null;
  readonly last_failure: string | null;
  /** Processes that were seen lately. */
  readonly living: number;
  /** Processes that have not said goodbye; some may be dead. */
  readonly known: number;
  readonly last_seen_at: string | null;
}

/** All builds of a task queue, the newest choice first. @param lostMs a process that was not seen for this long is lost */
export async function listBuilds(db: Queryable, taskQueue: string, lostMs: number): Promise<WorkerBuild[]> {
  const { rows } = await db.query<WorkerBuild>(
    `select b.build_id, b.first_seen_at, b.chosen_at, b.failed_runs, b.last_failed_at, b.last_failure,
       count(p.id) filter (where p.seen_at > now() - make_interval(secs => $2))::int as living,
       count(p.id)::int as known, greatest(b.last_seen_at, max(p.seen_at)) as last_seen_at
     from worker_builds b
       left join worker_processes p on p.task_queue = b.task_queue and p.build_id = b.build_id
     where b.task_queue = $1
     group by b.task_queue, b.build_id
     order by b.chosen_at desc, b.build_id`,
    [taskQueue, lostMs / 1000],
  );
  return rows;
}

/** The first worker of a build makes it known; it is then the newest choice. */
export async function rememberBuild(db: Queryable, taskQueue: string, buildId: string): Promise<void> {
  await db.query(
    "insert into worker_builds (task_queue, build_id) values ($1, $2) on conflict (task_queue, build_id) do nothing",
    [taskQueue, buildId],
  );
}

/** A build that is not seen for this long is forgotten: should a worker of it start after that, it is a new one. */
const UNSEEN_KEPT = "30 days";

/** Builds that nobody has run or chosen for long. The newest choice stays. */
export async function purgeUnseenBuilds(db: Queryable): Promise<number> {
  const { rowCount } = await db.query(
    `delete from worker_builds b
     where greatest(b.first_seen_at, b.chosen_at, b.last_seen_at, b.last_failed_at) < now() - interval '${UNSEEN_KEPT}'
       and not exists (select from worker_processes p where p.task_queue = b.task_queue and p.build_id = b.build_id)
       and exists (select from worker_builds newer where newer.task_queue = b.task_queue and newer.chosen_at > b.chosen_at)`,
  );
  return rowCount ?? 0;
}

/** Makes the build the newest choice. */
export async function chooseBuild(db: Queryable, taskQueue: string, buildId: string): Promise<void> {
  await db.query(
    `insert into worker_builds (task_queue, build_id) values ($1, $2)
     on conflict (task_queue, build_id) do update set chosen_at = clock_timestamp()`,
    [taskQueue, buildId],
  );
}

/** The build that should be current; null: none is known. */
export async function newestBuild(db: Queryable, taskQueue: string): Promise<string | null> {
  const { rows } = await db.query<{ build_id: string }>(
    "select build_id from worker_builds where task_queue = $1 order by chosen_at desc, build_id limit 1",
    [taskQueue],
  );
  return rows[0]?.build_id ?? null;
}

export interface FailedRunInput {
  readonly task_queue: string;
  readonly build_id: string;
  readonly reason: string;
}

/** A run of this build was ended because its workflow tasks failed. A build that was not known before is no newer choice. */
export async function countFailedRun(db: Queryable, input: FailedRunInput): Promise<void> {
  await db.query(
    `insert into worker_builds (task_queue, build_id, chosen_at, failed_runs, last_failed_at, last_failure)
     values ($1, $2, to_timestamp(0), 1, now(), $3)
     on conflict (task_queue, build_id) do update set failed_runs = worker_builds.failed_runs + 1,
       last_failed_at = now(), last_failure = excluded.last_failure`,
    [input.task_queue, input.build_id, input.reason],
  );
}

/** Builds whose runs were ended within the last `withinMs`, since their workflow tasks failed. */
export async function failingBuilds(
  db: Queryable,
  taskQueue: string,
  withinMs: number,
): Promise<Pick<WorkerBuild, "build_id" | "failed_runs" | "last_failure">[]> {
  const { rows } = await db.query<Pick<WorkerBuild, "build_id" | "failed_runs" | "last_failure">>(
    `select build_id, failed_runs, last_failure from worker_builds
     where task_queue = $1 and last_failed_at > now() - make_interval(secs => $2) order by last_failed_at desc`,
    [taskQueue, withinMs / 1000],
  );
  return rows;
}

/**
 * Runs `work` while no other process of the deployment chooses a build: what was read is still true when Temporal is told. Not a
 * transaction: what is chosen stays chosen, however long Temporal takes.
 */
export function whileChoosing<T>(pool: Pool, work: () => Promise<T>): Promise<T> {
  return withLock(pool, LOCK_KEYS.chooseBuild, work);
}
