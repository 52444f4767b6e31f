// The transition `promote_queued`.
import { Refusal } from "../../core/chat/refusal.ts";
import { requireModelConfig } from "../model/resolve-model-config.ts";
import { tellWorkflow } from "../outbox/tell-workflow.ts";
import type { MessageRow } from "../row/messages.ts";
import { dequeue, readQueue, reorderQueue } from "../row/queued-messages.ts";
import { interruptAgents } from "../turn/agents/interrupt-agents.ts";
import { beginQueuedTurn } from "../turn/begin-turn.ts";
import { settleOpenCalls } from "../turn/settle-calls.ts";
import { transition } from "../turn/transition.ts";
import type { Draft, Unit } from "../unit.ts";
import { refuseOverLimit } from "../usage/usage-limits.ts";

export interface PromoteQueuedInput {
  readonly chat_id: string;
  readonly owner_id: string | null;
  readonly queued_message_id: number;
  readonly model_config_id?: string | null | undefined;
}

/**
 * Runs a queued message next: at once when the chat is idle or waits for its client, else behind an interrupt (then the
 * message is null). [A, B, C] with B promoted becomes B, A, C (SPEC Q8). Throws `Refusal`
 * `queued_message_not_found`, `model_config_not_found`, `usage_limit_reached`.
 */
export async function promoteQueued(
  unit: Unit,
  input: PromoteQueuedInput,
): Promise<{ message: MessageRow | null }> {
  await requireModelConfig(unit.tx, input.model_config_id);
  const { chat_id, owner_id } = input;
  const begin = { name: "promote_queued", chat_id, owner_id, refusal: "queued_message_not_found" } as const;
  return transition(unit, begin, async (draft) => {
    await refuseOverLimit(unit.tx, draft.before);
    const { status } = draft.before;
    if (status === "running" || status === "interrupting") return { message: await moveToHead(draft, input) };
    await settleOpenCalls(draft, "The call was cancelled: another message was promoted.");
    const row = await dequeue(draft, input.queued_message_id);
    if (row === null) throw new Refusal("queued_message_not_found");
    const model_config_id = input.model_config_id ?? row.model_config_id;
    return { message: await beginQueuedTurn(draft, { ...row, model_config_id }) };
  });
}

async function moveToHead(draft: Draft, input: PromoteQueuedInput): Promise<null> {
  const ids = (await readQueue(draft.unit.tx, input.chat_id)).map((row) => row.id);
  if (!ids.includes(input.queued_message_id)) throw new Refusal("queued_message_not_found");
  await reorderQueue(draft, [input.queued_message_id, ...ids.filter((id) => id !== input.queued_message_id)]);
  if (input.model_config_id != null) {
    await draft.unit.tx.query(
      "update queued_messages set model_config_id = $3 where chat_id = $1 and id = $2",
      [input.chat_id, input.queued_message_id, input.model_config_id],
    );
  }
  draft.change.status = "interrupting";
  await interruptAgents(draft.unit, draft.before);
  await tellWorkflow(draft, { kind: "signal", signal: "interrupted" });
  return null;
}
