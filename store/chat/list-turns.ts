// Lists the turns of a chat, newest first. A turn is not a row: its messages tell what it was.
import type { FinishReason, LastError } from "../../core/chat/message.ts";
import { type ChatStanding, type Turn, turnStatus } from "../../core/chat/turn.ts";
import type { Queryable } from "../database.ts";

export interface TurnPageInput {
  readonly chat: ChatStanding & { readonly id: string };
  /** Only turns before this one. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** A turn without its links. */
export type ListedTurn = Omit<Turn, "links">;

export interface TurnPage {
  readonly turns: readonly ListedTurn[];
  /** The last turn of the page; null: there are no more. */
  readonly next: number | null;
}

/**
 * Walks the primary key from turn to turn: the newest message before a turn belongs to the turn before it. So a page costs one
 * step of the index for each turn, and then the messages of its turns.
 */
const NEWEST = `with recursive found (turn_id, n) as (
    (select turn_id, 1 from messages where chat_id = $1 and id < $2 and deleted_at is null order by id desc limit 1)
    union all
    select m.turn_id, found.n + 1 from found cross join lateral (select turn_id from messages
      where chat_id = $1 and id < found.turn_id and deleted_at is null order by id desc limit 1) m
    where found.n < $3)`;

const TOKENS = [
  "input_tokens",
  "output_tokens",
  "total_tokens",
  "reasoning_tokens",
  "cache_creation_tokens",
  "cache_read_tokens",
] as const;

const ANSWERS = "filter (where role = 'assistant' and visibility = 'both')";
const SUMS = `count(*) ${ANSWERS} as steps, sum(cost_micros)::float8 as cost_micros,
  max(coalesce(finished_at, created_at)) as last_at, bool_or(usage is not null) as has_usage,
  (array_agg(finish_reason order by id desc) ${ANSWERS})[1] as finish_reason,
  (array_agg(usage ->> 'context_limit' order by id desc) filter (where usage is not null))[1]::float8 as context_limit,
  ${TOKENS.map((name) => `sum((usage ->> '${name}')::float8) as ${name}`).join(", ")}`;

/** What lies between the first message of a turn and the first one of the next. */
const TURNS = `select found.turn_id as id, start.created_at as started_at, e.status as ended, e.error, e.at as ended_at, sums.*
  from found join messages start on start.chat_id = $1 and start.id = found.turn_id
      and start.role = 'user' and start.visibility <> 'model' and start.deleted_at is null
    left join turn_ends e on e.chat_id = $1 and e.turn_id = found.turn_id
    cross join lateral (select ${SUMS} from messages where chat_id = $1 and id >= found.turn_id
      and id < coalesce((select id from messages where chat_id = $1 and id > found.turn_id and turn_id <> found.turn_id
        order by id limit 1), ${Number.MAX_SAFE_INTEGER}) and deleted_at is null) sums
  order by found.turn_id desc`;

type TokenSums = Readonly<Record<(typeof TOKENS)[number], number | null>>;

interface TurnRow extends TokenSums {
  readonly id: number;
  readonly started_at: string;
  readonly ended: "interrupted" | "error" | null;
  readonly error: LastError | null;
  readonly ended_at: string | null;
  readonly last_at: string;
  readonly steps: number;
  readonly cost_micros: number | null;
  readonly finish_reason: FinishReason | null;
  readonly has_usage: boolean;
  readonly context_limit: number | null;
}

export async function listTurns(db: Queryable, { chat, before, limit }: TurnPageInput): Promise<TurnPage> {
  const { rows } = await db.query<TurnRow>(`${NEWEST} ${TURNS}`, [
    chat.id,
    before ?? Number.MAX_SAFE_INTEGER,
    limit + 1,
  ]);
  const turns = rows.slice(0, limit).map((row) => toTurn(row, chat));
  return { turns, next: rows.length > limit ? (turns.at(-1)?.id ?? null) : null };
}

/** Null: there is no such turn, or an edit has removed it. */
export async function readTurn(
  db: Queryable,
  chat: TurnPageInput["chat"],
  turnId: number,
): Promise<ListedTurn | null> {
  const { rows } = await db.query<TurnRow>(`with found (turn_id) as (select $2::bigint) ${TURNS}`, [
    chat.id,
    turnId,
  ]);
  // A message that is not the first of its turn names no turn.
  return rows[0] === undefined ? null : toTurn(rows[0], chat);
}

function toTurn(row: TurnRow, chat: ChatStanding): ListedTurn {
  const { id, ended, finish_reason, started_at, steps, cost_micros } = row;
  const status = turnStatus({ id, ended, finish_reason }, chat);
  const isOver = status === "completed" || status === "interrupted" || status === "error";
  return {
    id,
    status,
    started_at,
    finished_at: isOver ? (row.ended_at ?? row.last_at) : null,
    steps,
    usage: row.has_usage ? { ...sumsOf(row), context_limit: row.context_limit } : null,
    cost_micros,
    last_error: status === "error" ? row.error : null,
  };
}

function sumsOf(row: TokenSums): Readonly<Record<(typeof TOKENS)[number], number>> {
  const sum = (name: (typeof TOKENS)[number]) => row[name] ?? 0;
  return {
    input_tokens: sum("input_tokens"),
    output_tokens: sum("output_tokens"),
    total_tokens: sum("total_tokens"),
    reasoning_tokens: sum("reasoning_tokens"),
    cache_creation_tokens: sum("cache_creation_tokens"),
    cache_read_tokens: sum("cache_read_tokens"),
  };
}
