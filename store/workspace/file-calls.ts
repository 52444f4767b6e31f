// What requests want of the files of workspaces, until it is answered (SPEC C5). Claim before effect: a call that its request has
// given up is begun by nobody.

import { unfinishedFileKeepMs } from "../../core/chat/limits.ts";
import type { FileCallAnswer, FileCallKind } from "../../core/workspace/file-call.ts";
import type { Queryable } from "../database.ts";

export interface FileCallRow {
  readonly id: string;
  readonly workspace_id: string;
  readonly kind: FileCallKind;
  readonly path: string;
  readonly file_id: string | null;
  readonly answer: FileCallAnswer | null;
}

const COLUMNS = "id, workspace_id, kind, path, file_id, answer";

export async function insertFileCall(db: Queryable, call: Omit<FileCallRow, "answer">): Promise<void> {
  await db.query(
    "insert into workspace_file_calls (id, workspace_id, kind, path, file_id) values ($1, $2, $3, $4, $5)",
    [call.id, call.workspace_id, call.kind, call.path, call.file_id],
  );
}

/** Begins the call, or goes on with what a dead worker has begun. Null: its request has given it up, or it is answered. */
export async function beginFileCall(db: Queryable, id: string): Promise<FileCallRow | null> {
  const { rows } = await db.query<FileCallRow>(
    `update workspace_file_calls set begun_at = coalesce(begun_at, now())
     where id = $1 and given_up_at is null and answer is null returning ${COLUMNS}`,
    [id],
  );
  return rows[0] ?? null;
}

/** The first answer stays. */
export async function answerFileCall(db: Queryable, id: string, answer: FileCallAnswer): Promise<void> {
  await db.query("update workspace_file_calls set answer = $2 where id = $1 and answer is null", [
    id,
    JSON.stringify(answer),
  ]);
}

/** The request waits no longer. `begun`: a worker has taken the call; whether it acts, or has, nobody knows. */
export async function giveUpFileCall(
  db: Queryable,
  id: string,
): Promise<{ readonly answer: FileCallAnswer | null; readonly begun: boolean }> {
  const { rows } = await db.query<{ answer: FileCallAnswer | null; begun: boolean }>(
    `update workspace_file_calls set given_up_at = coalesce(given_up_at, now())
     where id = $1 returning answer, begun_at is not null as begun`,
    [id],
  );
  return rows[0] ?? { answer: null, begun: false };
}

export async function readFileCallAnswer(db: Queryable, id: string): Promise<FileCallAnswer | null> {
  const { rows } = await db.query<Pick<FileCallRow, "answer">>(
    "select answer from workspace_file_calls where id = $1",
    [id],
  );
  return rows[0]?.answer ?? null;
}

export async function deleteFileCall(db: Queryable, id: string): Promise<void> {
  await db.query("delete from workspace_file_calls where id = $1", [id]);
}

/** Calls whose API has died. */
export async function purgeFileCalls(db: Queryable): Promise<number> {
  const { rowCount } = await db.query(
    "delete from workspace_file_calls where created_at < now() - make_interval(secs => $1)",
    [unfinishedFileKeepMs / 1000],
  );
  return rowCount ?? 0;
}
