// Finds titles and messages of a user's own chats.
import { searchStatementMs } from "../../core/chat/limits.ts";
import type { Role } from "../../core/chat/message.ts";
import { Refusal } from "../../core/chat/refusal.ts";
import { type Pool, type Tx, withTransaction } from "../database.ts";

/** Titles come first, from the newest chat on, then messages, from the newest on. */
export type FoundPosition =
  | { readonly chat_id: string; readonly message_id: null }
  | { readonly chat_id: null; readonly message_id: number };

export interface Found {
  readonly chat_id: string;
  readonly title: string;
  /** Null: the title was found. */
  readonly message_id: number | null;
  readonly role: Role | null;
  readonly created_at: string;
  /** Up to 65,536 characters of a message, or the title. */
  readonly text: string;
}

export interface SearchInput {
  readonly owner_id: string;
  readonly q: string;
  readonly limit: number;
  readonly after?: FoundPosition | undefined;
}

/** SQLSTATE of a statement that took too long. */
const QUERY_CANCELED = "57014";

/**
 * A page of what is found. A statement may take three seconds: throws `Refusal` `search_too_slow` then. Where the database has
 * the extension pg_trgm, titles with a slip of the pen are found, too.
 */
export async function search(
  pool: Pool,
  input: SearchInput,
): Promise<{ readonly found: readonly Found[]; readonly next: FoundPosition | null }> {
  const wanted = input.limit + 1;
  const all = await withTransaction(pool, async (tx) => {
    await tx.query(`set local statement_timeout = ${searchStatementMs}`);
    const titles = input.after?.message_id == null ? await findTitles(tx, input, wanted) : [];
    const room = wanted - titles.length;
    return room === 0 ? titles : [...titles, ...(await findMessages(tx, input, room))];
  }).catch((error: unknown) => {
    const isSlow = error instanceof Error && "code" in error && error.code === QUERY_CANCELED;
    throw isSlow ? new Refusal("search_too_slow", "search for rarer words") : error;
  });
  const found = all.slice(0, input.limit);
  const last = all.length > input.limit ? found.at(-1) : undefined;
  return { found, next: last === undefined ? null : positionOf(last) };
}

function positionOf({ chat_id, message_id }: Found): FoundPosition {
  return message_id === null ? { chat_id, message_id } : { chat_id: null, message_id };
}

const LAST_UUID = "ffffffff-ffff-ffff-ffff-ffffffffffff";

async function findTitles(tx: Tx, { owner_id, q, after }: SearchInput, limit: number): Promise<Found[]> {
  const similar = await trigramSchema(tx);
  const orSimilar = similar === null ? "" : `or ${similar}.word_similarity($2::text, title) > 0.6`;
  const { rows } = await tx.query<Found>(
    `select id as chat_id, title, null::bigint as message_id, null as role, created_at, title as text
     from chats where owner_id = $1 and $2::text <> '' and id < $4 and (title ilike $3 ${orSimilar}) order by id desc limit $5`,
    [owner_id, q, `%${q.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`, after?.chat_id ?? LAST_UUID, limit],
  );
  return rows;
}

/** Where pg_trgm is, ready to stand before a function's name; null: it is not installed. */
async function trigramSchema(tx: Tx): Promise<string | null> {
  const { rows } = await tx.query<{ name: string }>(
    `select quote_ident(n.nspname) as name from pg_extension e join pg_namespace n on n.oid = e.extnamespace
     where e.extname = 'pg_trgm'`,
  );
  return rows[0]?.name ?? null;
}

/** All words must be there; the last one may be the beginning of one. Without any word, null matches nothing. The conditions are those of the index `messages_words`. */
const MESSAGES = `with query as (
    select (nullif(plainto_tsquery('simple', $2)::text, '') || ':*')::tsquery as words)
  select m.chat_id, c.title, m.id as message_id, m.role, m.created_at, message_text(m.content) as text
  from query, messages m join chats c on c.id = m.chat_id
  where c.owner_id = $1 and m.id < $3 and to_tsvector('simple', message_text(m.content)) @@ query.words
    and m.deleted_at is null and m.visibility <> 'model' and m.role in ('user', 'assistant')
  order by m.id desc limit $4`;

async function findMessages(tx: Tx, { owner_id, q, after }: SearchInput, limit: number): Promise<Found[]> {
  const before = after?.message_id ?? Number.MAX_SAFE_INTEGER;
  return (await tx.query<Found>(MESSAGES, [owner_id, q, before, limit])).rows;
}
