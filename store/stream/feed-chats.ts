// Reads what the feed of a user's chats needs (SPEC T8). A poll is one statement on the indexes of owner and time that
// names what changed. Only what the feed does not know yet is read in full.
import { feedResumeMs } from "../../core/chat/limits.ts";
import type { Project } from "../../core/workspace/project.ts";
import { prepared, type Queryable } from "../database.ts";
import { CHILD_QUESTIONS } from "../row/attention.ts";
import { CHAT_COLUMNS } from "../row/chat-row.ts";
import type { WireChatRow } from "../row/to-wire.ts";
import { HAS_UNREAD } from "../row/unread.ts";

export type FeedChatRow = WireChatRow & {
  /** When the chat was last marked as read; null if not within a day. */
  readonly read_at: string | null;
};

/** A chat that may have changed, with the two numbers that tell. */
export interface FeedChange {
  readonly id: string;
  readonly snapshot_version: number;
  readonly last_read_message_id: number;
  readonly gone: boolean;
  /** Milliseconds since 1970, by the database's clock. */
  readonly at_ms: number;
}

/** A project that was made or deleted. */
export interface FeedProject {
  readonly project: Project;
  readonly gone: boolean;
  readonly at_ms: number;
}

export interface FeedChanges {
  /** When this was read, by the database's clock. It contains everything that was committed before. */
  readonly now_ms: number;
  readonly changes: readonly FeedChange[];
  /** Of the deployment. */
  readonly projects: readonly FeedProject[];
}

/** A database that does not answer for this long counts as away. */
const answerMaxMs = 5_000;

const COLUMNS = `${CHAT_COLUMNS.map((name) => `chats.${name}`).join(", ")}, ${HAS_UNREAD}, ${CHILD_QUESTIONS},
  (select at from chat_marks where chat_id = chats.id and kind = 'read') as read_at`;

const NEWEST = `select ${COLUMNS} from chats where id in (
    (select id from chats where owner_id = $1 and parent_chat_id is null order by updated_at desc, id limit $2)
    union all
    (select id from chats where owner_id = $1 and parent_chat_id is not null order by updated_at desc, id limit $2))
  order by updated_at desc, id limit $2`;

const SOME = `select ${COLUMNS} from chats where owner_id = $1 and id = any($2::uuid[])`;

/** If absent, as far back as a feed can resume. */
const SINCE = "coalesce(to_timestamp($2), now() - make_interval(secs => $4))";
const STAMP = "snapshot_version, last_read_message_id, false as gone";
/** The times in the form of the wire. */
const ISO = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;
const PROJECT = `json_build_object('id', id, 'name', name, 'path', path,
      'created_at', to_char(created_at at time zone 'UTC', ${ISO}),
      'updated_at', to_char(updated_at at time zone 'UTC', ${ISO}))`;
const CHANGES = `select (extract(epoch from now()) * 1000)::bigint as now_ms, coalesce((
  select json_agg(c) from (
    select id, snapshot_version, last_read_message_id, gone, floor(extract(epoch from at) * 1000) as at_ms from (
      (select id, ${STAMP}, updated_at as at from chats
       where owner_id = $1 and parent_chat_id is null and updated_at > ${SINCE})
      union all
      (select id, ${STAMP}, updated_at as at from chats
       where owner_id = $1 and parent_chat_id is not null and updated_at > ${SINCE})
      union all
      (select id, ${STAMP}, at from chat_marks join chats on chats.id = chat_id
       where chat_marks.owner_id = $1 and kind = 'read' and at > ${SINCE})
      union all
      (select chat_id as id, 0, 0, true, at from chat_marks
       where owner_id = $1 and kind = 'deleted' and at > ${SINCE})
    ) changed limit $3) c), '[]'::json) as changes, coalesce((
  select json_agg(p) from (
    select ${PROJECT} as project, deleted_at is not null as gone,
      floor(extract(epoch from coalesce(deleted_at, created_at)) * 1000) as at_ms
    from projects where created_at > ${SINCE} or deleted_at > ${SINCE} limit $3) p), '[]'::json) as projects`;

/** The owner's chats that changed last, roots and descendants alike, newest first. */
export async function readFeedNewest(
  db: Queryable,
  ownerId: string,
  limit: number,
): Promise<readonly FeedChatRow[]> {
  const query = { ...prepared(NEWEST, [ownerId, limit]), query_timeout: answerMaxMs };
  return (await db.query<FeedChatRow>(query)).rows;
}

/** Those of the chats that exist and belong to the owner. */
export async function readFeedChats(
  db: Queryable,
  ownerId: string,
  ids: readonly string[],
): Promise<readonly FeedChatRow[]> {
  const query = { ...prepared(SOME, [ownerId, ids]), query_timeout: answerMaxMs };
  return (await db.query<FeedChatRow>(query)).rows;
}

/** What changed, was read or was deleted after a time, at most `limit` of each kind, in no order. A chat may appear twice. */
export async function readFeedChanges(
  db: Queryable,
  ownerId: string,
  { since_ms, limit }: { readonly since_ms: number | null; readonly limit: number },
): Promise<FeedChanges> {
  const values = [ownerId, since_ms === null ? null : since_ms / 1000, limit, feedResumeMs / 1000];
  const query = { ...prepared(CHANGES, values), query_timeout: answerMaxMs };
  const { rows } = await db.query<FeedChanges>(query);
  return rows[0] as FeedChanges;
}
