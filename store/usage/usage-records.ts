// The ledger of model calls, written once per call (SPEC B3).
import type { Usage } from "../../core/chat/message.ts";
import type { UsageKind, UsageRecord } from "../../core/usage/usage-record.ts";
import { prepared, type Queryable } from "../database.ts";

/** The chat that a model call is booked on. */
export interface BookedChat {
  readonly id: string;
  readonly owner_id: string;
  readonly root_chat_id: string;
}

/** What a new message says about the model call that wrote it. */
export interface BookedMessage {
  readonly call?: string;
  readonly usage_kind?: UsageKind;
  readonly model_config_id?: string | null;
  readonly provider?: string | null;
  readonly model?: string | null;
  readonly usage?: Usage | null;
  readonly cost_micros?: number | null;
}

/** Columns in the order of `usageValues`. */
export const USAGE_RECORD_COLUMNS = `chat_id, kind, call, user_id, root_chat_id, model_config_id, provider, model,
  input_tokens, output_tokens, total_tokens, reasoning_tokens, cache_creation_tokens, cache_read_tokens, cost_micros`;

/** The values of a record, for a statement that inserts it. */
export function usageValues(record: UsageRecord): unknown[] {
  const { usage } = record;
  return [
    record.chat_id,
    record.kind,
    record.call,
    record.user_id,
    record.root_chat_id,
    record.model_config_id,
    record.provider,
    record.model,
    usage?.input_tokens ?? null,
    usage?.output_tokens ?? null,
    usage?.total_tokens ?? null,
    usage?.reasoning_tokens ?? null,
    usage?.cache_creation_tokens ?? null,
    usage?.cache_read_tokens ?? null,
    record.cost_micros,
  ];
}

/** Types by column: inside a larger statement nothing else says them. */
const TYPES = [
  "uuid",
  "text",
  "text",
  "uuid",
  "uuid",
  "uuid",
  "text",
  "text",
  ...Array<string>(7).fill("bigint"),
];

/** Where a statement takes the values from: `$first` and after. */
export function usagePlaces(first: number): string {
  return TYPES.map((type, i) => `$${first + i}::${type}`).join(", ");
}

const RECORD = `insert into usage_records (${USAGE_RECORD_COLUMNS}) values (${usagePlaces(1)}) on conflict do nothing`;

/** The record of the model call that wrote a message; null if none did. */
export function usageOfMessage(chat: BookedChat, message: BookedMessage): UsageRecord | null {
  if (message.call === undefined) return null;
  return {
    user_id: chat.owner_id,
    chat_id: chat.id,
    root_chat_id: chat.root_chat_id,
    kind: message.usage_kind ?? "chat_turn",
    call: message.call,
    model_config_id: message.model_config_id ?? null,
    provider: message.provider ?? "",
    model: message.model ?? "",
    usage: message.usage ?? null,
    cost_micros: message.cost_micros ?? null,
  };
}

/**
 * Bills one model call, in the transaction that commits its result. An answer of a turn is billed with its message
 * (`NewMessage.call`); this is for calls that leave no message. Billing a call twice changes nothing.
 */
export async function recordUsage(db: Queryable, record: UsageRecord): Promise<void> {
  await db.query(prepared(RECORD, usageValues(record)));
}

/**
 * Bills the call of an answer that is not kept, because spent money stays spent. A call without a result, about which
 * the provider says nothing, is not billed.
 */
export async function recordUnkept(
  db: Queryable,
  chat: BookedChat,
  answer: (BookedMessage & { readonly content: readonly unknown[] }) | null | undefined,
): Promise<void> {
  if (answer == null || (answer.usage == null && answer.content.length === 0)) return;
  const record = usageOfMessage(chat, answer);
  if (record !== null) await recordUsage(db, record);
}
