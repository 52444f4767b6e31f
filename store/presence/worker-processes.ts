// The worker processes of a deployment, and which build each of them runs.
import type { Queryable } from "../database.ts";

export interface WorkerProcess {
  readonly id: string;
  readonly task_queue: string;
  /** Empty: a worker without a build id. */
  readonly build_id: string;
  readonly host: string;
  readonly pid: number;
}

/** The row of a process that died is kept for this long, for people who look. */
const DEAD_KEPT = "1 day";

/** Says that the process lives. A row that was swept away comes back. */
export async function beatWorker(db: Queryable, worker: WorkerProcess): Promise<void> {
  const { id, task_queue, build_id, host, pid } = worker;
  await db.query(
    `insert into worker_processes (id, task_queue, build_id, host, pid) values ($1, $2, $3, $4, $5)
     on conflict (id) do update set seen_at = now()`,
    [id, task_queue, build_id, host, pid],
  );
}

/** The process has stopped in order: nobody needs to wait for it. */
export async function removeWorker(db: Queryable, id: string): Promise<void> {
  await db.query(`${forgetProcesses("id = $1")} select from seen`, [id]);
}

/** Rows of processes that died long ago. */
export async function purgeDeadProcesses(db: Queryable): Promise<number> {
  const { rowCount } = await db.query(
    `${forgetProcesses(`seen_at < now() - interval '${DEAD_KEPT}'`)} select from gone`,
  );
  return rowCount ?? 0;
}

/** Their builds remember when they were last seen. */
function forgetProcesses(condition: string): string {
  return `with gone as (delete from worker_processes where ${condition} returning task_queue, build_id, seen_at),
    seen as (update worker_builds b set last_seen_at = greatest(b.last_seen_at, latest.seen_at)
      from (select task_queue, build_id, max(seen_at) as seen_at from gone group by 1, 2) latest
      where b.task_queue = latest.task_queue and b.build_id = latest.build_id returning 1)`;
}
