// With whom a chat is shared for reading: with users, or with whoever has a link (SPEC A10).
import { v7 as uuidv7 } from "uuid";
import { sha256Hex } from "../../platform/secrets/crypto.ts";
import type { Queryable } from "../database.ts";

export interface ShareRow {
  readonly id: string;
  readonly chat_id: string;
  /** Null: a link. */
  readonly user_id: string | null;
  readonly created_by: string;
  readonly created_at: string;
  readonly expires_at: string | null;
}

export interface NewShare {
  readonly chat_id: string;
  readonly created_by: string;
  readonly expires_at: string | null;
  readonly with:
    | { readonly type: "user"; readonly user_id: string }
    /** The token is hashed here and never stored. */
    | { readonly type: "link"; readonly token: string };
}

const COLUMNS = "id, chat_id, user_id, created_by, created_at, expires_at";
/**
 * SQL beside `chat_shares`: a share ends with its time, while the person who reads or the owner is kept out, and when the chat
 * belongs to somebody else than whoever shared it.
 */
const USABLE = `(chat_shares.expires_at is null or chat_shares.expires_at > now())
  and not exists (select from users u where u.id = chat_shares.user_id
    and (u.suspended_at is not null or u.deleted_at is not null))
  and not exists (select from chats c join users o on o.id = c.owner_id
    where c.id = chat_shares.chat_id and (o.suspended_at is not null or o.deleted_at is not null
      or o.id <> chat_shares.created_by))`;

/** Stores a share. A second one with the same user gives the first a new end. */
export async function createShare(db: Queryable, share: NewShare): Promise<ShareRow> {
  const { chat_id, created_by, expires_at } = share;
  const userId = share.with.type === "user" ? share.with.user_id : null;
  const sha256 = share.with.type === "link" ? sha256Hex(share.with.token) : null;
  const { rows } = await db.query<ShareRow>(
    `insert into chat_shares (id, chat_id, user_id, sha256, created_by, expires_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (chat_id, user_id) where user_id is not null do update set expires_at = excluded.expires_at
     returning ${COLUMNS}`,
    [uuidv7(), chat_id, userId, sha256, created_by, expires_at],
  );
  return rows[0] as ShareRow;
}

/** All shares of a chat, newest first, those that have ended by themselves included. */
export async function listShares(db: Queryable, chatId: string): Promise<ShareRow[]> {
  const { rows } = await db.query<ShareRow>(
    `select ${COLUMNS} from chat_shares where chat_id = $1 order by id desc`,
    [chatId],
  );
  return rows;
}

export async function countShares(db: Queryable, chatId: string): Promise<number> {
  const { rows } = await db.query<{ readonly count: number }>(
    "select count(*) as count from chat_shares where chat_id = $1",
    [chatId],
  );
  return rows[0]?.count ?? 0;
}

export async function deleteShare(
  db: Queryable,
  { chat_id, share_id }: { readonly chat_id: string; readonly share_id: string },
): Promise<ShareRow | null> {
  const { rows } = await db.query<ShareRow>(
    `delete from chat_shares where chat_id = $1 and id = $2 returning ${COLUMNS}`,
    [chat_id, share_id],
  );
  return rows[0] ?? null;
}

/** The share by which a user reads a chat of somebody else; null if there is none. */
export async function findShareWith(
  db: Queryable,
  { chat_id, user_id }: { readonly chat_id: string; readonly user_id: string },
): Promise<ShareRow | null> {
  const { rows } = await db.query<ShareRow>(
    `select ${COLUMNS} from chat_shares where chat_id = $1 and user_id = $2 and ${USABLE}`,
    [chat_id, user_id],
  );
  return rows[0] ?? null;
}

/** The share that a link's token opens; null if there is none, or it has ended. */
export async function findShareByToken(db: Queryable, token: string): Promise<ShareRow | null> {
  const { rows } = await db.query<ShareRow>(
    `select ${COLUMNS} from chat_shares where sha256 = $1 and ${USABLE}`,
    [sha256Hex(token)],
  );
  return rows[0] ?? null;
}

/** Those of the shares that have not ended. */
export async function readUsableShares(db: Queryable, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ readonly id: string }>(
    `select id from chat_shares where id = any($1) and ${USABLE}`,
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Chats that name this file and are shared with the user. */
export async function findChatsSharedWith(
  db: Queryable,
  { user_id, file_id }: { readonly user_id: string; readonly file_id: string },
): Promise<string[]> {
  const { rows } = await db.query<{ readonly chat_id: string }>(
    `select distinct chat_shares.chat_id from message_files u join chat_shares on chat_shares.chat_id = u.chat_id
     where u.file_id = $2 and chat_shares.user_id = $1 and ${USABLE}`,
    [user_id, file_id],
  );
  return rows.map(({ chat_id }) => chat_id);
}
