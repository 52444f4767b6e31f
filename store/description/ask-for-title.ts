// Requests another title for a chat (SPEC M3).
import { Refusal } from "../../core/chat/refusal.ts";
import { resolveModel } from "../model/resolve-model.ts";
import { addToOutbox, lockInUnit, type Unit } from "../unit.ts";
import { refuseOverLimit } from "../usage/usage-limits.ts";
import { readOpening } from "./describe-chat.ts";

export interface AskForTitleInput {
  readonly chat_id: string;
  readonly owner_id: string;
}

/**
 * Requests a title from a model. It replaces the present one, whoever wrote that. Throws `Refusal` `chat_not_found`,
 * `chat_archived`, `title_impossible`, `usage_limit_reached`.
 */
export async function askForTitle(unit: Unit, { chat_id, owner_id }: AskForTitleInput): Promise<void> {
  const chat = await lockInUnit(unit, chat_id);
  if (chat === null || chat.owner_id !== owner_id) throw new Refusal("chat_not_found");
  if (chat.archived) throw new Refusal("chat_archived");
  if ((await readOpening(unit.tx, chat_id)) === null) {
    throw new Refusal("title_impossible", "the chat has no message with words yet");
  }
  if ((await resolveModel(unit, chat.model_config_id)) === null) {
    throw new Refusal("title_impossible", "no model is configured");
  }
  await refuseOverLimit(unit.tx, chat);
  await addToOutbox(unit, {
    chat_id,
    kind: "describe",
    signal: "describe",
    payload: {
      owner_id,
      turn_id: chat.current_turn_id ?? 0,
      version: chat.snapshot_version,
      title: chat.title,
      model: "",
      describe: { title_version: chat.title_version, summary: false },
    },
  });
}
