// How a compaction begins: as a model call of its own, with what is summarised and what stays.

import { type CompactionPlan, type ContextUsage, planCompaction } from "../../core/chat/compaction.ts";
import type { OutcomeKey } from "../../core/chat/step-outcome.ts";
import { afterBoundary } from "../../core/prompt/build-prompt.ts";
import { resolveModel } from "../model/resolve-model.ts";
import { type ModelConfigRow, readUsableModelConfigs } from "../model/resolve-model-config.ts";
import type { ChatRow } from "../row/chat-row.ts";
import { type MessageRow, readPromptMessages } from "../row/messages.ts";
import type { Unit } from "../unit.ts";
import { type Attempt, type BegunAttempt, beginCall } from "./begin-attempt.ts";
import { readContextUsage } from "./context-usage.ts";
import { CONTEXT_FULL_ERROR } from "./finish-turn.ts";

export interface BegunCompaction extends Attempt {
  readonly plan: CompactionPlan<MessageRow>;
  readonly usage: ContextUsage;
}

export interface CompactionWish {
  /** When Temporal scheduled this attempt, by its own clock. */
  readonly scheduledMs: number;
  /** Id, name or model of the config that summarises; null, or none such: the turn's own model. */
  readonly model: string | null;
}

/** As `beginAttempt`, for the step `compact`. */
export async function beginCompaction(
  unit: Unit,
  key: OutcomeKey,
  wish: CompactionWish,
): Promise<BegunCompaction | Exclude<BegunAttempt, Attempt>> {
  const modelOf = (chat: ChatRow) => compactionModel(unit, chat, wish.model);
  const begun = await beginCall(unit, key, { scheduledMs: wish.scheduledMs, step: "compact", modelOf });
  if (begun.type !== "attempt") return begun;
  const history = afterBoundary(await readPromptMessages(unit.tx, key.chat_id));
  const goesOn = begun.chat.compaction?.source !== "manual";
  const plan = planCompaction(history, goesOn);
  // Nothing to leave out: a summary would only add to what is too much already.
  if (plan === null) return { type: "refused", fence: begun.fence, error: CONTEXT_FULL_ERROR };
  return { ...begun, plan, usage: await readContextUsage(unit, begun.chat) };
}

async function compactionModel(
  unit: Unit,
  chat: ChatRow,
  wanted: string | null,
): Promise<ModelConfigRow | null> {
  if (wanted === null) return resolveModel(unit, chat.turn_model_config_id);
  const configs = await (unit.store.modelBook?.read(unit.tx) ?? readUsableModelConfigs(unit.tx));
  const own = configs.find(({ id, name, model }) => [id, name, model].includes(wanted));
  return own ?? resolveModel(unit, chat.turn_model_config_id);
}
