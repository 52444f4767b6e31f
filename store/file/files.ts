// Rows of files: what there is, whose it is, and how much of it somebody may have.
import type { Queryable } from "../database.ts";

export type FileOrigin = "upload" | "tool";

export interface FileRow {
  readonly id: string;
  readonly owner_id: string;
  readonly name: string;
  readonly media_type: string;
  readonly size: number;
  readonly sha256: string;
  readonly origin: FileOrigin;
  readonly created_at: string;
  /** Where the bytes are; `both`: they have been moved, and others may still read them here. */
  readonly store: "postgres" | "both" | "s3";
}

const COLUMNS = "id, owner_id, name, media_type, size, sha256, origin, created_at, store";

export type NewFile = Omit<FileRow, "size" | "sha256" | "created_at" | "store">;

/** Bytes that the user has; uploads under way count with what they have come to when they end. */
const USED = "(select coalesce(sum(size), 0) from files where owner_id = $2)";

/** The row of a file whose bytes are about to come. False: the user has no room left. */
export async function insertUnfinished(db: Queryable, file: NewFile, bytesMax: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into files (id, owner_id, name, media_type, origin)
     select $1, $2, $3, $4, $5 where ${USED} < $6`,
    [file.id, file.owner_id, file.name, file.media_type, file.origin, bytesMax],
  );
  return rowCount === 1;
}

export interface FinishedBytes {
  readonly id: string;
  readonly owner_id: string;
  readonly size: number;
  readonly sha256: string;
}

/**
 * All bytes are there: from now on the file is one. Null if the user has no room for it. The user's row is locked, so that of two
 * uploads that end together the second one counts the first.
 */
export async function finishFile(
  tx: Queryable,
  { id, owner_id, size, sha256 }: FinishedBytes,
  bytesMax: number,
): Promise<FileRow | null> {
  await tx.query("select from users where id = $1 for no key update", [owner_id]);
  const { rows } = await tx.query<FileRow>(
    `update files set size = $3, sha256 = $4, ready_at = now(), last_used_at = now()
     where id = $1 and owner_id = $2 and ${USED} + $3 <= $5 returning ${COLUMNS}`,
    [id, owner_id, size, sha256, bytesMax],
  );
  return rows[0] ?? null;
}

/** A file of the user with the same bytes, name and type; null if there is none. */
export async function findTwin(
  db: Queryable,
  file: Pick<FileRow, "owner_id" | "sha256" | "name" | "media_type">,
): Promise<FileRow | null> {
  const { rows } = await db.query<FileRow>(
    `update files set last_used_at = now() where id = (select id from files
       where owner_id = $1 and sha256 = $2 and name = $3 and media_type = $4 and ready_at is not null
       order by id limit 1) returning ${COLUMNS}`,
    [file.owner_id, file.sha256, file.name, file.media_type],
  );
  return rows[0] ?? null;
}

/** Those of the files that are there, whoever owns them. */
export async function readFiles(db: Queryable, ids: readonly string[]): Promise<FileRow[]> {
  const { rows } = await db.query<FileRow>(
    `select ${COLUMNS} from files where id = any($1) and ready_at is not null`,
    [ids],
  );
  return rows;
}

/** A message that shows the file to people. */
const SHOWN_BY = `select from message_files u
  join messages m on m.chat_id = u.chat_id and m.id = u.message_id
  where u.file_id = files.id and m.deleted_at is null and m.visibility in ('user', 'both')`;

/** Files of a chat that a query lists: more than people may attach, with room for those of tools. */
const chatFilesMax = 500;

/** The files that the chat's history names, newest first. */
export async function listChatFiles(db: Queryable, chatId: string): Promise<FileRow[]> {
  const { rows } = await db.query<FileRow>(
    `select ${COLUMNS} from files where ready_at is not null and id in (select u.file_id from message_files u
       join messages m on m.chat_id = u.chat_id and m.id = u.message_id
       where u.chat_id = $1 and m.deleted_at is null) order by id desc limit $2`,
    [chatId, chatFilesMax],
  );
  return rows;
}

/** A file whose bytes are there, or bytes in transit. */
export async function findStored(db: Queryable, id: string): Promise<Pick<FileRow, "id" | "store"> | null> {
  const { rows } = await db.query<Pick<FileRow, "id" | "store">>(
    "select id, store from files where id = $1 and (ready_at is not null or origin = 'transit')",
    [id],
  );
  return rows[0] ?? null;
}

/** Null: there is none, it is not uploaded completely, or it is another user's. */
export async function findOwnFile(
  db: Queryable,
  asked: { readonly id: string; readonly owner_id: string },
): Promise<FileRow | null> {
  const { rows } = await db.query<FileRow>(
    `select ${COLUMNS} from files where id = $1 and owner_id = $2 and ready_at is not null`,
    [asked.id, asked.owner_id],
  );
  return rows[0] ?? null;
}

/** A file that a message of one of these chats shows to people. */
export async function findChatFile(
  db: Queryable,
  asked: { readonly id: string; readonly chat_ids: readonly string[] },
): Promise<FileRow | null> {
  const { rows } = await db.query<FileRow>(
    `select ${COLUMNS} from files where id = $1 and ready_at is not null
       and exists (${SHOWN_BY} and u.chat_id = any($2))`,
    [asked.id, asked.chat_ids],
  );
  return rows[0] ?? null;
}

/** A page of the user's files, newest first. @param after the last one of the page before */
export async function listFiles(
  db: Queryable,
  asked: { readonly owner_id: string; readonly limit: number; readonly after: string | undefined },
): Promise<{ readonly items: readonly FileRow[]; readonly next: string | null }> {
  const { rows } = await db.query<FileRow>(
    `select ${COLUMNS} from files where owner_id = $1 and ready_at is not null and ($3::uuid is null or id < $3)
     order by id desc limit $2 + 1`,
    [asked.owner_id, asked.limit, asked.after ?? null],
  );
  const items = rows.slice(0, asked.limit);
  return { items, next: rows.length > asked.limit ? (items.at(-1)?.id ?? null) : null };
}

/** Deletes the row, and with it the bytes. False: there is none, or it is another user's. */
export async function deleteFile(
  db: Queryable,
  asked: { readonly id: string; readonly owner_id: string },
): Promise<boolean> {
  const { rowCount } = await db.query("delete from files where id = $1 and owner_id = $2", [
    asked.id,
    asked.owner_id,
  ]);
  return rowCount === 1;
}
