// What people ask to be done with what the model is shown: the transitions `compact` and `clear` (SPEC K6), and `mark_context`
// (SPEC C3).

import { NEVER_READ } from "../../core/chat/chat-context.ts";
import { planCompaction } from "../../core/chat/compaction.ts";
import { Refusal } from "../../core/chat/refusal.ts";
import { afterBoundary } from "../../core/prompt/build-prompt.ts";
import { resolveModel } from "../model/resolve-model.ts";
import { tellWorkflow } from "../outbox/tell-workflow.ts";
import { insertMessage, readPromptMessages } from "../row/messages.ts";
import { transition } from "../turn/transition.ts";
import { lockInUnit, type Unit } from "../unit.ts";
import { refuseOverLimit } from "../usage/usage-limits.ts";
import { requireHistory } from "./require-history.ts";

export interface OwnChat {
  readonly chat_id: string;
  readonly owner_id: string | null;
}

export interface CompactionRequest extends OwnChat {
  readonly expected_history_version?: number | undefined;
}

/**
 * Starts a compaction in an idle chat, whatever the threshold says. Afterwards the chat rests again or runs its queue.
 * Throws `Refusal` `chat_not_found`, `nothing_to_compact`, `history_changed`, `usage_limit_reached`, `transition_refused`.
 */
export async function requestCompaction(unit: Unit, request: CompactionRequest): Promise<void> {
  const { chat_id, owner_id, expected_history_version } = request;
  await transition(unit, { name: "compact", chat_id, owner_id }, async (draft) => {
    requireHistory(draft.before, expected_history_version);
    await refuseOverLimit(unit.tx, draft.before);
    const history = afterBoundary(await readPromptMessages(unit.tx, chat_id));
    if (planCompaction(history, false) === null) throw new Refusal("nothing_to_compact");
    Object.assign(draft.change, {
      status: "running",
      last_error: null,
      retry: null,
      compaction: { source: "manual", context_limit: null },
      // This is a step of its own: failures of the previous turn do not count against it.
      provider_failures: 0,
      retry_waited_ms: 0,
      no_output_failures: 0,
      lost_attempts: 0,
      attempt_open: false,
    });
    const model = await resolveModel(unit, draft.before.turn_model_config_id);
    await tellWorkflow(draft, {
      kind: "start",
      signal: "compactionRequested",
      model: model?.model ?? "",
    });
  });
}

/**
 * Starts later prompts after a boundary without a summary. The history stays, but is not sent again. If the context is
 * already empty, no second boundary is added. Throws `Refusal` `chat_not_found`, `transition_refused`.
 */
export async function clearContext(unit: Unit, chat: OwnChat): Promise<void> {
  await transition(unit, { name: "clear", ...chat }, async (draft) => {
    const history = afterBoundary(await readPromptMessages(unit.tx, chat.chat_id));
    const isClear = history.every(
      ({ role, content, compressed }) => role === "system" || (compressed && content.length === 0),
    );
    Object.assign(draft.change, { status: "waiting", last_error: null, retry: null });
    // What is not known any more is not worked on any more.
    draft.change.todos = null;
    if (isClear) return;
    await insertMessage(draft, { role: "user", content: [], visibility: "model", keeps: [] });
    const text = "The context was cleared: the model does not see what was said before this line.";
    await insertMessage(draft, { role: "system", content: [{ type: "text", text }], visibility: "user" });
  });
}

/**
 * Marks a chat whose context has changed since it was read. Does nothing where it was never read, or is marked already.
 * @param stamp of the reading that is out of date; another reading since then has seen the change. Null: whichever
 */
export async function markContextDirty(unit: Unit, chatId: string, stamp: string | null): Promise<void> {
  const chat = await lockInUnit(unit, chatId);
  const { context = null } = chat ?? {};
  if (chat === null || chat.archived || context === null || context.place === null || context.dirty) return;
  if (stamp !== null && context.stamp !== stamp) return;
  await transition(unit, { name: "mark_context", chat_id: chatId }, async (draft) => {
    draft.change.context = { ...context, dirty: true };
  });
}

/** Has the chat's context read again before its next model call. Throws `Refusal` `chat_not_found`, `chat_archived`. */
export async function refreshContext(
  unit: Unit,
  { chat_id, owner_id }: { readonly chat_id: string; readonly owner_id: string | null },
): Promise<void> {
  await transition(unit, { name: "mark_context", chat_id, owner_id }, async (draft) => {
    const context = draft.before.context ?? NEVER_READ;
    draft.change.context = { ...context, wanted: context.wanted + 1 };
  });
}
