// The worker processes of a deployment, and which build each of them runs.
import type { OwnToolsReport, ToldTool } from "../../core/tool/own-tools-report.ts";
import type { Queryable } from "../database.ts";

export interface WorkerProcess {
  readonly id: string;
  readonly task_queue: string;
  /** Empty: a worker without a build id. */
  readonly build_id: string;
  readonly host: string;
  readonly pid: number;
  /** Null or absent: it has no folder of own tools. */
  readonly own_tools?: OwnToolsReport | null;
}

/** The row of a process that died is kept for this long, for people who look. */
const DEAD_KEPT = "1 day";

/** Says that the process lives. A row that was swept away comes back. */
export async function beatWorker(db: Queryable, worker: WorkerProcess): Promise<void> {
  const { id, task_queue, build_id, host, pid, own_tools } = worker;
  await db.query(
    `insert into worker_processes (id, task_queue, build_id, host, pid, own_tools) values ($1, $2, $3, $4, $5, $6)
     on conflict (id) do update set seen_at = now()`,
    [id, task_queue, build_id, host, pid, own_tools == null ? null : JSON.stringify(own_tools)],
  );
}

/** Workers say that they live every few seconds; one that was silent for longer has ended or hangs. */
const SILENT = "1 minute";

const NO_OWN_TOOLS: OwnToolsReport = { tools: [], faults: [] };

/** What the living workers of a task queue say about their own tools, the one that started last first. */
async function readOwnTools(db: Queryable, taskQueue: string): Promise<OwnToolsReport[]> {
  const { rows } = await db.query<{ own_tools: OwnToolsReport | null }>(
    `select own_tools from worker_processes
     where task_queue = $1 and seen_at > now() - interval '${SILENT}' order by started_at desc`,
    [taskQueue],
  );
  return rows.map(({ own_tools }) => own_tools ?? NO_OWN_TOOLS);
}

/** The own tools that any of the workers has. */
export async function listOwnTools(db: Queryable, taskQueue: string): Promise<readonly ToldTool[]> {
  const byName = new Map<string, ToldTool>();
  for (const { tools } of await readOwnTools(db, taskQueue))
    for (const tool of tools) if (!byName.has(tool.name)) byName.set(tool.name, tool);
  return [...byName.values()];
}

/** The modules that workers have left out, in words, and tools that some of them lack. */
export async function ownToolsProblems(db: Queryable, taskQueue: string): Promise<readonly string[]> {
  const reports = await readOwnTools(db, taskQueue);
  const faults = reports.flatMap((report) =>
    report.faults.map(({ module, message }) => `${module}: ${message}`),
  );
  const names = new Set(reports.flatMap(({ tools }) => tools.map(({ name }) => name)));
  const partly = [...names].filter(
    (name) => !reports.every(({ tools }) => tools.some((tool) => tool.name === name)),
  );
  return [...new Set(faults), ...partly.map((name) => `${name}: not all workers have it`)];
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
