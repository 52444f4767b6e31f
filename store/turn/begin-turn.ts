// How a turn begins; every transition that begins a turn uses it.
import { untoldNotice } from "../../core/agents/agent.ts";
import { agentsToldMax } from "../../core/chat/limits.ts";
import type { LastError } from "../../core/chat/message.ts";
import type { InputPart } from "../../core/part/part.ts";
import type { TurnOptions } from "../../core/tool/turn-options.ts";
import { resolveModel } from "../model/resolve-model.ts";
import { tellWorkflow } from "../outbox/tell-workflow.ts";
import { takeUntold } from "../row/agents.ts";
import { renumberClientMessage } from "../row/client-chats.ts";
import { insertMessage, type MessageRow } from "../row/messages.ts";
import { dequeue, type QueuedRow, readQueue } from "../row/queued-messages.ts";
import { tellTodos } from "../row/todos.ts";
import type { Draft } from "../unit.ts";
import { limitReached, usageLimitError } from "../usage/usage-limits.ts";
import { settleOpenCalls } from "./settle-calls.ts";

/** How the workflow is told; null when its own activity tells it. */
type TurnSignal = "messageQueued" | "messageEdited" | null;

export interface TurnStart {
  readonly content: readonly InputPart[];
  readonly model_config_id: string | null;
  readonly reasoning_effort: string | null;
  readonly created_by: string | null;
  /** What the message brings along for its turn (SPEC Q12). */
  readonly turn_options?: TurnOptions | null;
}

/**
 * Inserts the user message that begins a turn and sets the chat running. The workflow is told through the outbox,
 * by this name, unless `signal` is null: then it learns it by the outcome of its own activity.
 */
export async function beginTurn(
  draft: Draft,
  start: TurnStart,
  signal: TurnSignal = "messageQueued",
): Promise<MessageRow> {
  // A new chat has no calls to settle, and its first answer waits for every question that is asked.
  if (draft.before.snapshot_version > 0) {
    await settleOpenCalls(draft, "The call was cancelled: a new message was sent.");
  }
  if (draft.before.has_agents) await tellOfAgents(draft);
  const model = await resolveModel(draft.unit, start.model_config_id);
  const message = await insertMessage(draft, {
    role: "user",
    content: start.content,
    turn: "own",
    model_config_id: model?.id ?? null,
    reasoning_effort: start.reasoning_effort,
    created_by: start.created_by,
    turn_options: start.turn_options ?? null,
  });
  Object.assign(draft.change, {
    status: "running",
    current_turn_id: message.id,
    turn_options: start.turn_options ?? null,
    turn_steps: 0,
    attempt_scheduled_ms: 0,
    turn_model_config_id: model?.id ?? null,
    turn_reasoning_effort: start.reasoning_effort,
    model_config_id: model?.id ?? draft.before.model_config_id,
    reasoning_effort: start.reasoning_effort ?? draft.before.reasoning_effort,
    last_error: null,
    retry: null,
    required_action: null,
    compaction: null,
  });
  await tellTodos(draft);
  if (signal !== null) await tellWorkflow(draft, { kind: "start", signal, model: model?.model ?? "" });
  return message;
}

/**
 * What subagents have come to while nobody waited: the model is told with the turn, and people are not (SPEC G5). It stands before
 * the turn's message, so that an edit of that message leaves it there.
 */
async function tellOfAgents(draft: Draft): Promise<void> {
  const agents = await takeUntold(draft.unit.tx, draft.before.id, agentsToldMax);
  if (agents.length === 0) return;
  const content = [{ type: "text" as const, text: untoldNotice(agents) }];
  await insertMessage(draft, { role: "user", visibility: "model", content });
}

export const NO_MODEL_ERROR: LastError = {
  message: "No model is configured: set a provider key, or choose a default model.",
  kind: "config",
  provider: null,
  retryable: false,
  status_code: null,
  detail: null,
};

/**
 * Begins the turn of the queue's head (SPEC Q6). When no model can answer it, or its owner may spend no more, nothing is
 * taken from the queue and the chat ends in `error`, kind config (SPEC Q5) or usage_limit (SPEC B3). Returns the message,
 * or null.
 */
export async function promoteHead(
  draft: Draft,
  signal: TurnSignal = "messageQueued",
): Promise<MessageRow | null> {
  const [head] = await readQueue(draft.unit.tx, draft.before.id);
  if (head === undefined) throw new Error(`chat ${draft.before.id} has no queue to promote from`);
  const error = await unanswerable(draft, head.model_config_id);
  if (error !== null) {
    Object.assign(draft.change, { status: "error", last_error: error, retry: null, required_action: null });
    return null;
  }
  await dequeue(draft, head.id);
  return beginQueuedTurn(draft, head, signal);
}

/** Begins the turn of a message that has just been taken from the queue. */
export async function beginQueuedTurn(
  draft: Draft,
  row: QueuedRow,
  signal: TurnSignal = "messageQueued",
): Promise<MessageRow> {
  const message = await beginTurn(draft, row, signal);
  await renumberClientMessage(draft.unit.tx, { chat_id: row.chat_id, from_id: row.id, to_id: message.id });
  return message;
}

/** Why a message that waits cannot be answered now; null when it can. */
async function unanswerable(draft: Draft, model_config_id: string | null): Promise<LastError | null> {
  const reached = await limitReached(draft.unit.tx, draft.before);
  if (reached !== null) return usageLimitError(reached);
  return (await resolveModel(draft.unit, model_config_id)) === null ? NO_MODEL_ERROR : null;
}
