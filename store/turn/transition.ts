// The one place where a chat changes state. It runs the table of core/chat/chat-state.ts under a row lock: check, change,
// raise the version, write, and announce after the commit.
import {
  type ChatState,
  chatStateOf,
  mayBegin,
  mayEnd,
  type TransitionName,
} from "../../core/chat/chat-state.ts";
import { Refusal, type RefusalCode } from "../../core/chat/refusal.ts";
import type { ChatChange, ChatRow } from "../row/chat-row.ts";
import { type Draft, lockInUnit, lockRootInUnit, type Unit, writeLocked } from "../unit.ts";

export interface TransitionInput {
  readonly name: TransitionName;
  readonly chat_id: string;
  /** Set: other people's chats are not found (SPEC A2). */
  readonly owner_id?: string | null;
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

/**
 * Runs one transition and writes the chat: `apply` changes `draft.change` and writes messages and queue through
 * `draft.unit.tx`. Throws `Refusal` (`chat_not_found`, `chat_archived`, `transition_refused`); then nothing is changed.
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
  const { result, after } = await advance(unit, { ...input, chat: locked }, apply);
  await writeLocked(unit, after);
  unit.announcements.push(changed(after));
  await tellRoot(unit, locked, after);
  return result;
}

/**
 * What a subagent asks shows at its root (SPEC G6). The root's row holds none of it: with a new version, its readers and the feed
 * read it again. A chat without a parent needs no look.
 * @param after null: the chat is deleted
 */
export async function tellRoot(unit: Unit, before: ChatRow, after: ChatRow | null): Promise<void> {
  if (before.parent_chat_id === null || questionsOf(before) === questionsOf(after)) return;
  const root = await lockRootInUnit(unit, before.root_chat_id);
  const now = { ...root, snapshot_version: root.snapshot_version + 1 };
  await writeLocked(unit, now);
  unit.announcements.push(changed(now));
}

/** What the root shows of it, as a text to compare. */
function questionsOf(chat: ChatRow | null): string {
  if (chat?.status !== "requires_action") return "";
  const calls = chat.required_action?.tool_calls ?? [];
  return JSON.stringify(
    calls.map(({ tool_call_id, kind, deadline_at }) => [tool_call_id, kind, deadline_at ?? null]),
  );
}

export interface AdvanceInput extends Pick<TransitionInput, "name" | "refusal"> {
  /** Locked by the unit. */
  readonly chat: ChatRow;
}

/** Checks and applies one transition and gives back the changed chat, which the caller writes and announces. */
export async function advance<T>(
  unit: Unit,
  input: AdvanceInput,
  apply: (draft: Draft) => Promise<T>,
): Promise<{ readonly result: T; readonly after: ChatRow }> {
  const before = repaired(input.chat);
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
  return { result, after };
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

function beginState(chat: ChatRow, { name, refusal }: AdvanceInput): ChatState {
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
