// The transition `regenerate`.
import { Refusal } from "../../core/chat/refusal.ts";
import type { Tx } from "../database.ts";
import { type MessageRow, readMessage } from "../row/messages.ts";
import { transition } from "../turn/transition.ts";
import type { Unit } from "../unit.ts";
import { type ReplacedMessage, replaceFrom } from "./replace-message.ts";
import { requireHistory } from "./require-history.ts";

export interface RegenerateInput {
  readonly chat_id: string;
  readonly owner_id: string | null;
  /** The user message to answer again; the newest if absent. */
  readonly message_id?: number | undefined;
  readonly created_by: string;
  readonly expected_history_version?: number | undefined;
}

/**
 * Answers a user message again (SPEC E7). The message is inserted again with a new id and the same content and model,
 * and everything after it is deleted, as in an edit. Throws `Refusal` `nothing_to_regenerate`, `history_changed`, `usage_limit_reached`.
 */
export async function regenerate(unit: Unit, input: RegenerateInput): Promise<ReplacedMessage> {
  const { chat_id, owner_id } = input;
  return transition(unit, { name: "regenerate", chat_id, owner_id }, async (draft) => {
    requireHistory(draft.before, input.expected_history_version);
    const old = await findQuestion(unit.tx, input);
    if (old === null) throw new Refusal("nothing_to_regenerate");
    return replaceFrom(draft, old, {
      content: old.content as ReplacedContent,
      model_config_id: old.model_config_id,
      reasoning_effort: old.reasoning_effort,
      created_by: input.created_by,
      turn_options: old.turn_options,
    });
  });
}

/** The content of a user message is always something that a client may send. */
type ReplacedContent = Parameters<typeof replaceFrom>[2]["content"];

async function findQuestion(tx: Tx, { chat_id, message_id }: RegenerateInput): Promise<MessageRow | null> {
  const id = message_id ?? (await newestQuestion(tx, chat_id));
  const found = id === null ? null : await readMessage(tx, chat_id, id);
  return found?.role === "user" && found.visibility !== "model" ? found : null;
}

async function newestQuestion(tx: Tx, chatId: string): Promise<number | null> {
  const { rows } = await tx.query<{ id: number }>(
    `select id from messages where chat_id = $1 and role = 'user' and visibility <> 'model' and deleted_at is null
     order by id desc limit 1`,
    [chatId],
  );
  return rows[0]?.id ?? null;
}
