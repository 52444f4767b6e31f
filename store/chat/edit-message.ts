// The transition `edit`.

import { Refusal } from "../../core/chat/refusal.ts";
import type { InputPart } from "../../core/part/part.ts";
import { attachFiles } from "../file/attach-files.ts";
import { requireModelConfig } from "../model/resolve-model-config.ts";
import { readMessage } from "../row/messages.ts";
import { transition } from "../turn/transition.ts";
import type { Unit } from "../unit.ts";
import { type ReplacedMessage, replaceFrom } from "./replace-message.ts";
import { requireHistory } from "./require-history.ts";

export interface EditMessageInput {
  readonly chat_id: string;
  readonly owner_id: string | null;
  readonly message_id: number;
  readonly content: readonly InputPart[];
  readonly model_config_id?: string | null | undefined;
  readonly reasoning_effort?: string | null | undefined;
  readonly created_by: string;
  readonly expected_history_version?: number | undefined;
}

/**
 * Cuts the history at a user message, replaces the message and runs the new one. Drops the queue and work in progress
 * (SPEC E1). Throws `Refusal` `message_not_found`, `not_a_user_message`, `model_config_not_found`,
 * `history_changed`, `usage_limit_reached`, `file_not_found`, `too_many_files`.
 */
export async function editMessage(unit: Unit, input: EditMessageInput): Promise<ReplacedMessage> {
  await requireModelConfig(unit.tx, input.model_config_id);
  return transition(
    unit,
    { name: "edit", chat_id: input.chat_id, owner_id: input.owner_id },
    async (draft) => {
      requireHistory(draft.before, input.expected_history_version);
      const old = await readMessage(unit.tx, input.chat_id, input.message_id);
      if (old === null || old.visibility === "model") throw new Refusal("message_not_found");
      if (old.role !== "user") throw new Refusal("not_a_user_message");
      return replaceFrom(draft, old, {
        content: await attachFiles(draft, input.content, { replaces_from: old.id }),
        model_config_id: input.model_config_id ?? old.model_config_id,
        reasoning_effort: input.reasoning_effort ?? old.reasoning_effort,
        created_by: input.created_by,
        turn_options: old.turn_options,
      });
    },
  );
}
