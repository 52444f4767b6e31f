// Reports what was spent, by chat tree and by period, from the ledger.
import type { Spending } from "../../core/usage/usage-record.ts";
import type { Queryable } from "../database.ts";

interface SpendingRow extends Omit<Spending, "usage"> {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_tokens: number;
  readonly reasoning_tokens: number;
  readonly cache_creation_tokens: number;
  readonly cache_read_tokens: number;
}

const TOKENS = [
  "input_tokens",
  "output_tokens",
  "total_tokens",
  "reasoning_tokens",
  "cache_creation_tokens",
  "cache_read_tokens",
];
/** As floats: exact for any number on the wire, and no overflow beyond. */
const SUMS = `coalesce(sum(cost_micros), 0)::float8 as cost_micros, count(*) as request_count,
  count(*) filter (where cost_micros is null) as unpriced_request_count,
  ${TOKENS.map((name) => `coalesce(sum(${name}), 0)::float8 as ${name}`).join(", ")}`;

/** What a chat and its descendants cost, including deleted messages and chats. */
export async function readTreeSpending(
  db: Queryable,
  chat: { readonly id: string; readonly root_chat_id: string },
): Promise<Spending> {
  // Below a root the ledger itself says what belongs to it. Below another chat, the existing chats do.
  const { rows } = await db.query<SpendingRow>(
    chat.id === chat.root_chat_id
      ? `select ${SUMS} from usage_records where root_chat_id = $1`
      : `with recursive tree as (select $1::uuid as id
           union all select c.id from chats c join tree t on c.parent_chat_id = t.id)
         select ${SUMS} from usage_records where chat_id in (select id from tree)`,
    [chat.id],
  );
  return toSpending(rows[0] as SpendingRow);
}

export const USAGE_GROUPS = ["user", "model", "chat", "day"] as const;
type UsageGroup = (typeof USAGE_GROUPS)[number];

/** The name of a group: days in UTC, chats by their roots. */
const KEYS: Readonly<Record<UsageGroup, string>> = {
  user: "user_id::text",
  model: "provider || '/' || model",
  chat: "root_chat_id::text",
  day: "to_char(at at time zone 'UTC', 'YYYY-MM-DD')",
};
/** Names for people. Only the owner sees a chat's title. */
const LABELS: Readonly<Record<UsageGroup, string>> = {
  user: "(select name from users where id = key::uuid)",
  model: "null::text",
  chat: "(select title from chats where id = key::uuid and owner_id = $3)",
  day: "null::text",
};

interface UsageQuery {
  /** Who asks: they see the titles of their own chats. */
  readonly caller_id: string;
  /** Null means all users. */
  readonly user_id: string | null;
  /** ISO 8601: from then on, up to but not including the end. */
  readonly from: string;
  readonly to: string;
  readonly group_by?: UsageGroup | undefined;
  readonly groups_max: number;
}

interface UsageReport {
  readonly total: Spending;
  /** Most expensive first, days by date; null if no groups were asked for. */
  readonly groups: readonly (Spending & { readonly key: string; readonly label: string | null })[] | null;
  readonly groups_truncated: boolean;
}

interface GroupRow extends SpendingRow {
  readonly key: string | null;
  readonly label: string | null;
  readonly is_total: number;
}

/** What was spent in a period, in all and by group. */
export async function readUsageReport(db: Queryable, query: UsageQuery): Promise<UsageReport> {
  const { group_by } = query;
  const key = group_by === undefined ? "null::text" : KEYS[group_by];
  const label = group_by === undefined ? "null::text" : LABELS[group_by];
  const { rows } = await db.query<GroupRow>(
    `select grouped.*, ${label} as label from (
       select key, grouping(key) as is_total, ${SUMS} from (
         select ${key} as key, usage_records.* from usage_records
         where at >= $1 and at < $2 and ($4::uuid is null or user_id = $4)) as records
       group by grouping sets ((), (key))
       order by is_total desc, ${group_by === "day" ? "" : "cost_micros desc, request_count desc,"} key
       limit $5) as grouped, (select $3::uuid) as caller
     order by is_total desc, ${group_by === "day" ? "" : "cost_micros desc, request_count desc,"} key`,
    [query.from, query.to, query.caller_id, query.user_id, query.groups_max + 2],
  );
  const groups = rows.filter(({ is_total }) => is_total === 0);
  return {
    total: toSpending(rows.find(({ is_total }) => is_total === 1) as GroupRow),
    groups:
      group_by === undefined
        ? null
        : groups
            .slice(0, query.groups_max)
            .map((row) => ({ key: row.key ?? "", label: row.label, ...toSpending(row) })),
    groups_truncated: group_by !== undefined && groups.length > query.groups_max,
  };
}

function toSpending(row: SpendingRow): Spending {
  return {
    cost_micros: row.cost_micros,
    request_count: row.request_count,
    unpriced_request_count: row.unpriced_request_count,
    usage: {
      input_tokens: row.input_tokens,
      output_tokens: row.output_tokens,
      total_tokens: row.total_tokens,
      reasoning_tokens: row.reasoning_tokens,
      cache_creation_tokens: row.cache_creation_tokens,
      cache_read_tokens: row.cache_read_tokens,
    },
  };
}
