// Lists a user's chats page by page, roots with their children.
import type { ChatStatus } from "../../core/chat/message.ts";
import type { Queryable } from "../database.ts";
import { CHILD_QUESTIONS } from "../row/attention.ts";
import type { WireChatRow } from "../row/to-wire.ts";
import { HAS_UNREAD } from "../row/unread.ts";

/** Where a page ends: pinned chats first, then by newest change. In microseconds, as Postgres stores them. */
export interface ChatPosition {
  readonly pin_order: number | null;
  readonly updated_us: number;
  readonly id: string;
}

export interface ChatListInput {
  readonly owner_id: string;
  /** Part of a title, upper or lower case. */
  readonly q?: string | undefined;
  /** The chat must have all of them. */
  readonly labels: Readonly<Record<string, string>>;
  readonly status?: ChatStatus | undefined;
  readonly archived: boolean;
  /** Of the project that they were made for. */
  readonly project_id?: string | undefined;
  /** Used by the root or by one of its descendants. */
  readonly workspace_id?: string | undefined;
  readonly limit: number;
  readonly after?: ChatPosition | undefined;
}

export interface ChatTree {
  readonly root: WireChatRow;
  readonly children: readonly WireChatRow[];
}

export interface ChatPage {
  readonly trees: readonly ChatTree[];
  readonly next: ChatPosition | null;
}

type ListedRow = WireChatRow & { readonly updated_us: number };

/** Unpinned chats come after all pinned ones. */
const UNPINNED = 2_147_483_647;

/** Root chats of the owner that match, each with its descendants. Filters apply to the root, but for the workspace. */
export async function listChats(db: Queryable, list: ChatListInput): Promise<ChatPage> {
  const rows = await readRoots(db, list);
  const roots = rows.slice(0, list.limit);
  const last = rows.length > list.limit ? roots.at(-1) : undefined;
  const children = await readDescendants(
    db,
    roots.map((root) => root.id),
  );
  return {
    trees: roots.map((root) => ({
      root,
      children: children.filter((child) => child.root_chat_id === root.id),
    })),
    next: last === undefined ? null : { pin_order: last.pin_order, updated_us: last.updated_us, id: last.id },
  };
}

const MATCHES = `owner_id = $1 and archived = $2 and parent_chat_id is null
  and ($3::text is null or title ilike $3) and labels @> $4::jsonb and ($5::text is null or status = $5)
  and ($10::uuid is null or project_id = $10)
  and ($11::uuid is null or id in (select root_chat_id from chats uses where uses.workspace_id = $11))`;
const PIN = `coalesce(pin_order, ${UNPINNED})`;
const ORDER = `order by ${PIN}, updated_at desc, id desc limit $9`;

/** Two ranges of the index `chats_listed`: the rest of the chats with the same pin, and those with later pins. */
const ROOTS = `select chats.*, ${HAS_UNREAD}, ${CHILD_QUESTIONS},
    (extract(epoch from updated_at) * 1000000)::bigint as updated_us
  from chats where id in (
    (select id from chats where ${MATCHES} and ${PIN} = $6::int
       and (updated_at, id) < (timestamptz 'epoch' + $7 * interval '1 microsecond', $8::uuid) ${ORDER})
    union all
    (select id from chats where ${MATCHES} and ${PIN} > $6::int ${ORDER}))
  ${ORDER}`;

/** Before the first page: no chat has this pin, and all come after it. */
const BEFORE_ALL: ChatPosition = { pin_order: -1, updated_us: 0, id: "00000000-0000-0000-0000-000000000000" };

async function readRoots(db: Queryable, list: ChatListInput): Promise<ListedRow[]> {
  const after = list.after ?? BEFORE_ALL;
  const { rows } = await db.query<ListedRow>(ROOTS, [
    list.owner_id,
    list.archived,
    list.q === undefined ? null : `%${escapeLike(list.q)}%`,
    JSON.stringify(list.labels),
    list.status ?? null,
    after.pin_order ?? UNPINNED,
    after.updated_us,
    after.id,
    list.limit + 1,
    list.project_id ?? null,
    list.workspace_id ?? null,
  ]);
  return rows;
}

async function readDescendants(db: Queryable, rootIds: readonly string[]): Promise<WireChatRow[]> {
  if (rootIds.length === 0) return [];
  const { rows } = await db.query<WireChatRow>(
    `select chats.*, ${HAS_UNREAD}, ${CHILD_QUESTIONS} from chats
     where root_chat_id = any($1) and parent_chat_id is not null order by created_at, id`,
    [rootIds],
  );
  return rows;
}

/** In a search, `%` and `_` stand for themselves. */
function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (char) => `\\${char}`);
}
