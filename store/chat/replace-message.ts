// Cuts a user message and everything after it from the history, and starts the turn of another message in its place.
// `edit` and `regenerate` share this.

import { dropDebugRunsFrom } from "../debug/debug-runs.ts";
import { renumberClientMessage } from "../row/client-chats.ts";
import { deleteSpill } from "../row/inflight-parts.ts";
import { deleteMessagesFrom, type MessageRow } from "../row/messages.ts";
import { clearQueue } from "../row/queued-messages.ts";
import { untold } from "../row/todos.ts";
import { interruptAgents } from "../turn/agents/interrupt-agents.ts";
import { beginTurn, type TurnStart } from "../turn/begin-turn.ts";
import { dropTurnEndsFrom } from "../turn/turn-ends.ts";
import type { Draft } from "../unit.ts";
import { refuseOverLimit } from "../usage/usage-limits.ts";

export interface ReplacedMessage {
  readonly message: MessageRow;
  /** The replaced message and everything after it, oldest first. */
  readonly deleted_message_ids: readonly number[];
}

/** Drops the queue and work in progress (SPEC E1). Throws `Refusal` `usage_limit_reached`. */
export async function replaceFrom(draft: Draft, old: MessageRow, start: TurnStart): Promise<ReplacedMessage> {
  const { tx } = draft.unit;
  const chat_id = draft.before.id;
  await refuseOverLimit(tx, draft.before);
  const deleted_message_ids = await deleteMessagesFrom(draft, old.id);
  await clearQueue(draft);
  await deleteSpill(tx, chat_id);
  await dropDebugRunsFrom(tx, chat_id, old.id);
  await dropTurnEndsFrom(tx, chat_id, old.id);
  // Work for the removed messages has nobody left to report to.
  await interruptAgents(draft.unit, draft.before, old.id);
  await tx.query("delete from tool_executions where chat_id = $1", [chat_id]);
  draft.change.reset_version = draft.version;
  if (draft.before.todos !== null) draft.change.todos = untold(draft.before.todos);
  const message = await beginTurn(draft, start, "messageEdited");
  await renumberClientMessage(tx, { chat_id, from_id: old.id, to_id: message.id });
  return { message, deleted_message_ids };
}
