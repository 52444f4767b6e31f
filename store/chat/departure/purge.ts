// What is old enough to go. Each purge may be run by several processes at once, and goes on where one that failed has stopped.
import { buildLogKeepMs, deletedMessageKeepMs } from "../../../core/chat/limits.ts";
import { purgeSessions } from "../../access/sessions.ts";
import { purgeIdempotencyKeys } from "../../chat/idempotency.ts";
import type { Queryable } from "../../database.ts";
import { purgeDebugRuns } from "../../debug/debug-runs.ts";
import { purgeUnusedFiles } from "../../file/leave-files.ts";
import { purgeUnseenBuilds } from "../../presence/worker-builds.ts";
import { purgeDeadProcesses } from "../../presence/worker-processes.ts";
import { purgeGoneWorkers } from "../../presence/worker-rows.ts";
import { purgeChatMarks } from "../../row/chat-marks.ts";
import { purgeFileCalls } from "../../workspace/file-calls.ts";
import { purgeProjects } from "../../workspace/projects.ts";
import { purgeTerminals } from "../../workspace/terminal/terminals.ts";

/** By the name that a log line has for what could not be purged. Each resolves with how many rows it deleted. */
export const PURGES: Readonly<Record<string, (db: Queryable) => Promise<number>>> = {
  "old Idempotency-Keys": purgeIdempotencyKeys,
  "old marks of chats": purgeChatMarks,
  "projects deleted long ago": purgeProjects,
  "old debug runs": purgeDebugRuns,
  "messages deleted long ago": purgeDeletedMessages,
  "old build logs": purgeBuildLogs,
  "workers gone long ago": purgeGoneWorkers,
  "worker processes that died long ago": purgeDeadProcesses,
  "builds that nobody runs": purgeUnseenBuilds,
  "sessions past their time": purgeSessions,
  "files that no message names": purgeUnusedFiles,
  "requests for files of workspaces": purgeFileCalls,
  "terminals that ended long ago": purgeTerminals,
};

/** Rows that one statement deletes. A long delete would hold its locks, and its space, for long. */
const BATCH = 1_000;

/** Messages that were edited or regenerated away. Nothing reads them: they stay so that a mistake can be undone by hand. */
function purgeDeletedMessages(db: Queryable): Promise<number> {
  return inBatches(
    db,
    `with gone as (delete from messages where (chat_id, id) in (select chat_id, id from messages
         where deleted_at is not null and deleted_at < now() - make_interval(secs => $1) limit $2) returning chat_id, id),
       freed as (delete from message_files f using gone where f.chat_id = gone.chat_id and f.message_id = gone.id)
     select from gone`,
    deletedMessageKeepMs,
  );
}

/** Logs of builds that ended long ago, except of each workspace's newest build. */
function purgeBuildLogs(db: Queryable): Promise<number> {
  return inBatches(
    db,
    `delete from build_logs where (build_id, seq) in (select build_id, seq from build_logs
       join workspace_builds old on old.id = build_id
       where old.finished_at < now() - make_interval(secs => $1) and exists (select from workspace_builds newer
         where newer.workspace_id = old.workspace_id and newer.created_at > old.created_at) limit $2)`,
    buildLogKeepMs,
  );
}

async function inBatches(db: Queryable, sql: string, keepMs: number): Promise<number> {
  for (let purged = 0; ; ) {
    const { rowCount } = await db.query(sql, [keepMs / 1000, BATCH]);
    purged += rowCount ?? 0;
    if ((rowCount ?? 0) < BATCH) return purged;
  }
}
