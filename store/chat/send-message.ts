// The transition `send`, with its three ways to treat a busy chat.
import { assertNever } from "../../core/assert-never.ts";
import { Refusal } from "../../core/chat/refusal.ts";
import type { InputPart } from "../../core/part/part.ts";
import { titleFromContent, UNTITLED } from "../../core/prompt/title.ts";
import { mcpServersOf } from "../../core/tool/chat-profile.ts";
import { type GivenTurnOptions, turnOptionsOf } from "../../core/tool/turn-options.ts";
import { requireFreeToolNames } from "../access/require-free-tool-names.ts";
import { attachFiles } from "../file/attach-files.ts";
import { requireModelConfig } from "../model/resolve-model-config.ts";
import { tellWorkflow } from "../outbox/tell-workflow.ts";
import type { MessageRow } from "../row/messages.ts";
import { enqueue, type QueuedRow } from "../row/queued-messages.ts";
import { interruptAgents } from "../turn/agents/interrupt-agents.ts";
import { beginTurn, promoteHead } from "../turn/begin-turn.ts";
import { settleOpenCalls } from "../turn/settle-calls.ts";
import { transition } from "../turn/transition.ts";
import type { Draft, Unit } from "../unit.ts";
import { refuseOverLimit } from "../usage/usage-limits.ts";

/** What a message does that meets a running turn: wait for its end, interrupt it, or enter it after its next tools. */
export type BusyBehavior = "queue" | "interrupt" | "steer";

/** With what the message brings along for its turn. */
export interface SendMessageInput extends GivenTurnOptions {
  readonly chat_id: string;
  readonly owner_id: string | null;
  readonly content: readonly InputPart[];
  readonly model_config_id?: string | null | undefined;
  readonly reasoning_effort?: string | null | undefined;
  readonly busy_behavior: BusyBehavior;
  readonly created_by: string;
}

export interface SentMessage {
  /** Whether the message waits in the queue; otherwise it started a turn. */
  readonly queued: boolean;
  readonly messages: readonly MessageRow[];
  readonly queued_message: QueuedRow | null;
}

/**
 * An idle chat takes the message into its history and runs. A busy chat queues it (SPEC Q2, Q7). Throws `Refusal`
 * `chat_not_found`, `chat_archived`, `queue_full`, `model_config_not_found`, `usage_limit_reached`,
 * `file_not_found`, `too_many_files`.
 */
export async function sendMessage(unit: Unit, input: SendMessageInput): Promise<SentMessage> {
  await requireModelConfig(unit.tx, input.model_config_id);
  const name = input.busy_behavior === "interrupt" ? "send_interrupt" : "send";
  return transition(unit, { name, chat_id: input.chat_id, owner_id: input.owner_id }, (draft) =>
    applySend(draft, input),
  );
}

async function applySend(draft: Draft, input: SendMessageInput): Promise<SentMessage> {
  const { tools } = input;
  if (tools !== undefined)
    await requireFreeToolNames(draft.unit, { tools, mcp_server_ids: mcpServersOf(draft.before) });
  await refuseOverLimit(draft.unit.tx, draft.before);
  const { status, queue_length } = draft.before;
  const message = {
    content: await attachFiles(draft, input.content),
    model_config_id: input.model_config_id ?? draft.before.model_config_id,
    reasoning_effort: input.reasoning_effort ?? draft.before.reasoning_effort,
    created_by: input.created_by,
    turn_options: turnOptionsOf(input),
  };
  if ((status === "waiting" || status === "error") && queue_length === 0) {
    nameEmptyChat(draft, input.content);
    return { queued: false, messages: [await beginTurn(draft, message)], queued_message: null };
  }
  if (queue_length >= draft.unit.store.queuedMessagesMax) {
    throw new Refusal("queue_full", `at most ${draft.unit.store.queuedMessagesMax} messages may be queued`);
  }
  const queued_message = await enqueue(draft, { ...message, steer: input.busy_behavior === "steer" });
  const messages = await wakeBusyChat(draft, input.busy_behavior);
  return { queued: true, messages, queued_message };
}

/** A chat that was made without a message gets its title from the first one. */
function nameEmptyChat({ before, change, version }: Draft, content: readonly InputPart[]): void {
  if (before.title_by_user || before.title !== UNTITLED) return;
  Object.assign(change, { title: titleFromContent(content), title_version: version });
}

/** What else a queued message does, depending on the chat's state. Returns the messages that entered the history. */
async function wakeBusyChat(draft: Draft, behavior: BusyBehavior): Promise<MessageRow[]> {
  const { status } = draft.before;
  switch (status) {
    case "waiting":
    case "error": {
      // Older messages have waited since the error: the new one goes behind them, and the first one runs (SPEC Q3).
      const promoted = await promoteHead(draft);
      return promoted === null ? [] : [promoted];
    }
    case "running":
      if (behavior === "interrupt") {
        draft.change.status = "interrupting";
        await interruptAgents(draft.unit, draft.before);
      }
      await tellWorkflow(draft, {
        kind: "signal",
        signal: behavior === "interrupt" ? "interrupted" : "messageQueued",
      });
      return [];
    case "interrupting":
      await tellWorkflow(draft, { kind: "signal", signal: "messageQueued" });
      return [];
    case "requires_action": {
      if (behavior !== "interrupt") return [];
      const results = await settleOpenCalls(draft, "The call was cancelled: the user interrupted it.");
      Object.assign(draft.change, { status: "running", required_action: null });
      await interruptAgents(draft.unit, draft.before);
      await tellWorkflow(draft, { kind: "start", signal: "interrupted" });
      return results === null ? [] : [results];
    }
    default:
      return assertNever(status);
  }
}
