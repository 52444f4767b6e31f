// The store is the only room with SQL. This file: the one place where a chat changes state. It runs the table of
// core/chat/chat-state.ts under a row lock: check, change, bump the version, write, and announce after commit.
import {
  type ChatState,
  chatStateOf,
  mayBegin,
  mayEnd,
  type TransitionName,
} from "../../core/chat/chat-state.ts";
import { Refusal, type RefusalCode } from "../../core/chat/refusal.ts";
import type { ChatChange, ChatRow } from "../row/chat-row.ts";
import { changeLocked, type Draft, type Fence, lockInUnit, type Unit } from "../unit.ts";

export type { Draft, Fence };

/** A write came too late: an edit, a newer attempt or a newer turn owns the chat. Expected; read again. */
export class Superseded extends Error {
  constructor(chatId: string) {
    super(`chat ${chatId} has moved on`);
    this.name = "Superseded";
  }
}

export interface TransitionInput {
  readonly name: TransitionName;
  readonly chat_id: string;
  /** Set: other people's chats are not found (SPEC A2). */
  readonly owner_id?: string | null;
  readonly fence?: Fence;
  /** How a state that does not allow the transition is refused; absent: `transition_refused`. */
  readonly refusal?: RefusalCode;
}

function makeDraft(unit: Unit, before: ChatRow): Draft {
  const change: ChatChange = { snapshot_version: before.snapshot_version + 1 };
  return {
    unit,
    before,
    version: before.snapshot_version + 1,
    change,
    touchHistory() {
      change.history_version = before.history_version + 1;
      Object.assign(change, NEW_STEP);
    },
  };
}

/** What a changed history forgets: attempts, failures and the wait they led to. */
const NEW_STEP = {
  generation_attempt: 0,
  provider_failures: 0,
  retry_waited_ms: 0,
  no_output_failures: 0,
  lost_attempts: 0,
  attempt_open: false,
  retry: null,
} as const satisfies ChatChange;

export function isFenced(chat: ChatRow, fence: Fence): boolean {
  return (
    chat.current_turn_id !== fence.turn_id ||
    chat.history_version !== fence.history_version ||
    chat.generation_attempt !== fence.generation_attempt
  );
}

/**
 * Runs one transition: `apply` changes `draft.change` and writes messages and queue through `draft.unit.tx`.
 * Throws `Refusal` (`chat_not_found`, `chat_archived`, `transition_refused`) or `Superseded`; then nothing is changed.
 */
export async function transition<T>(
  unit: Unit,
  input: TransitionInput,
  apply: (draft: Draft) => Promise<T>,
): Promise<T> {
  const locked = await lockInUnit(unit, input.chat_id);
  if (locked === null || (input.owner_id != null && locked.owner_id !== input.owner_id)) {
    throw new Refusal("chat_not_found");
  }
  const before = repaired(locked);
  if (input.fence !== undefined && isFenced(before, input.fence)) throw new Superseded(before.id);
  const from = beginState(before, input);
  const draft = makeDraft(unit, before);
  const result = await apply(draft);
  const after = { ...before, ...draft.change };
  const to = chatStateOf(after.status, after.queue_length);
  if (to === null || !mayEnd(input.name, from, to)) {
    throw new Error(
      `${input.name} led chat ${before.id} from ${from} to ${to ?? after.status}: not in the table`,
    );
  }
  changeLocked(unit, after);
  unit.announcements.push(changed(after));
  return result;
}

/** A row that the table does not know is taken for a failed chat, with words, so that its owner can go on (SPEC S6). */
export function repaired(chat: ChatRow): ChatRow {
  if (chatStateOf(chat.status, chat.queue_length) !== null) return chat;
  const message = "The chat was found in an impossible state and was stopped. Send a message to go on.";
  const last_error = {
    message,
    kind: "generic" as const,
    provider: null,
    retryable: true,
    status_code: null,
    detail: `status ${chat.status} with ${chat.queue_length} queued messages`,
  };
  return { ...chat, status: "error", last_error };
}

function beginState(chat: ChatRow, { name, refusal }: TransitionInput): ChatState {
  const from = chatStateOf(chat.status, chat.queue_length);
  if (from === null) throw new Error(`chat ${chat.id} is in an impossible state: ${chat.status}`);
  if (mayBegin(name, from, chat.archived)) return from;
  if (chat.archived) throw new Refusal("chat_archived");
  if (refusal !== undefined) throw new Refusal(refusal);
  throw new Refusal("transition_refused", `${name} is not possible while the chat is ${chat.status}`);
}

export function changed(chat: ChatRow) {
  return {
    type: "changed" as const,
    chat_id: chat.id,
    owner_id: chat.owner_id,
    version: chat.snapshot_version,
    status: chat.status,
    turn_id: chat.current_turn_id,
    history_version: chat.history_version,
    attempt: chat.generation_attempt,
  };
}
