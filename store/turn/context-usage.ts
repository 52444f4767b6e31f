// How full a chat's context is, by its newest step (SPEC K1).
import { type ContextUsage, compactionThreshold, contextTokens } from "../../core/chat/compaction.ts";
import { settingsOf } from "../model/model-book.ts";
import { resolveModel } from "../model/resolve-model.ts";
import type { ModelConfigRow } from "../model/resolve-model-config.ts";
import type { ChatRow } from "../row/chat-row.ts";
import { type MessageRow, readTail } from "../row/messages.ts";
import type { Unit } from "../unit.ts";

/** The newest step whose tokens are known and still count: what lies before a boundary is not sent any more. */
export function measuredStep(tail: readonly MessageRow[]): MessageRow | null {
  const boundary = tail.findLastIndex((message) => message.compressed);
  const step = tail.slice(boundary + 1).findLast((message) => message.role === "assistant");
  return step?.usage == null ? null : step;
}

/**
 * The limit is what the answer reported, else what a refusal has named, else the model config's (SPEC K1); a report of another
 * model than the turn's says nothing about this one. Asks for the config only what the process may have in memory.
 */
export async function contextUsage(
  unit: Unit,
  chat: ChatRow,
  step: MessageRow | null,
): Promise<ContextUsage> {
  const model = await resolveModel(unit, chat.turn_model_config_id);
  const isOwn = step?.model_config_id === model?.id;
  const reported = chat.compaction?.context_limit ?? (isOwn ? step?.usage?.context_limit : null);
  const context_limit_tokens = reported ?? learntLimit(chat, model) ?? model?.context_limit ?? null;
  const { user } = await settingsOf(unit.store.modelBook, unit.tx, chat.owner_id);
  const set = model === null ? undefined : user.compaction_thresholds[model.id];
  return {
    context_tokens: step?.usage == null ? null : contextTokens(step.usage),
    context_limit_tokens,
    threshold_percent: compactionThreshold(context_limit_tokens, set ?? model?.compression_threshold ?? null),
  };
}

function learntLimit({ learnt_context_limit: learnt }: ChatRow, model: ModelConfigRow | null): number | null {
  if (learnt === null || learnt.model_config_id !== model?.id || learnt.model !== model.model) return null;
  return learnt.tokens;
}

/** As of this transaction. */
export async function readContextUsage(unit: Unit, chat: ChatRow): Promise<ContextUsage> {
  return contextUsage(unit, chat, measuredStep(await readTail(unit.tx, chat.id)));
}

/** Whether a compaction lies directly before this step. Asked only where another one is due. */
export async function isFirstSinceCompaction(unit: Unit, step: MessageRow): Promise<boolean> {
  const { rows } = await unit.tx.query<{ first: boolean | null }>(
    `select not exists (select 1 from messages where chat_id = $1 and deleted_at is null and role = 'assistant'
       and visibility <> 'user' and id > b.id and id < $2) as first
     from messages b where b.chat_id = $1 and b.compressed and b.deleted_at is null and b.id < $2
     order by b.id desc limit 1`,
    [step.chat_id, step.id],
  );
  return rows[0]?.first === true;
}
