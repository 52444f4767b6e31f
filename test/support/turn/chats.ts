// Tests: builders of chats on a real database, and a worker that exists only as its commits.
import { randomUUID } from "node:crypto";
import type { LastError } from "../../../core/chat/message.ts";
import { Refusal } from "../../../core/chat/refusal.ts";
import type { InputPart, Part } from "../../../core/part/part.ts";
import type { ChatChanged, ChatDeleted } from "../../../core/stream/bus-message.ts";
import { createChat } from "../../../store/chat/create-chat.ts";
import { editMessage } from "../../../store/chat/edit-message.ts";
import { interruptChat } from "../../../store/chat/interrupt-chat.ts";
import { type BusyBehavior, sendMessage } from "../../../store/chat/send-message.ts";
import { createPool, type Pool } from "../../../store/database.ts";
import { type ChatRow, readChatRow } from "../../../store/row/chat-row.ts";
import { MESSAGE_COLUMNS, type MessageRow, type NewMessage } from "../../../store/row/messages.ts";
import type { Store } from "../../../store/store.ts";
import { type Attempt, beginAttempt } from "../../../store/turn/begin-attempt.ts";
import type { FailedCall } from "../../../store/turn/record-retry.ts";
import { type StepEvent, settle } from "../../../store/turn/settle.ts";
import type { ScheduledAt } from "../../../store/turn/standing.ts";
import { type Fence, inUnit } from "../../../store/unit.ts";

export function text(value: string): InputPart[] {
  return [{ type: "text", text: value }];
}

export const overloaded: LastError = {
  message: "The provider is overloaded.",
  kind: "overloaded",
  provider: "openai",
  retryable: true,
  status_code: 529,
  detail: null,
};

/** A failed call that had written nothing, with a second to its first retry and five minutes to the last. */
export function failedCall(
  error: LastError = overloaded,
  more: Partial<FailedCall["retry"]> = {},
): FailedCall & Required<Pick<FailedCall, "retry">> {
  const terms = { retry_after_ms: null, retry_base_ms: 1_000, retry_wait_max_ms: 300_000, now_ms: 0 };
  return { error, answer: null, retry: { ...terms, ...more } };
}

/** Of a local activity in a turn whose attempts say nothing of their time. */
const AT_ONCE: ScheduledAt = { scheduled_ms: 0 };

/** For `assert.rejects`: the refusal of that code. */
export function refuses(code: string): (error: unknown) => boolean {
  return (error) => error instanceof Refusal && error.code === code;
}

export function toolCall(id: string, name = "grep"): Part {
  return {
    type: "tool-call",
    tool_call_id: id,
    tool_name: name,
    args: {},
    created_at: "2026-01-01T00:00:00.000Z",
  };
}

export interface TestStore extends Store {
  readonly announced: (ChatChanged | ChatDeleted)[];
  readonly userId: string;
  readonly modelId: string;
}

/** A store on the database of that address, with a user and a default model. */
export async function openStore(databaseUrl: string): Promise<TestStore> {
  const pool: Pool = createPool(databaseUrl, 8);
  const userId = randomUUID();
  const modelId = randomUUID();
  await pool.query("insert into users (id, name, role) values ($1, 'tester', 'admin')", [userId]);
  await pool.query(
    "insert into model_configs (id, name, provider, model, is_default) values ($1, 'demo', 'openai', 'demo', true)",
    [modelId],
  );
  const announced: (ChatChanged | ChatDeleted)[] = [];
  return {
    pool,
    announced,
    userId,
    modelId,
    announce: (change) => void announced.push(change),
    queuedMessagesMax: 20,
    workspacesPerUserMax: 10_000,
  };
}

/** One chat and what can be done to it; each method is one transaction. */
export class TestChat {
  readonly store: TestStore;
  readonly id: string;
  #activity = 0;

  constructor(store: TestStore, id: string) {
    this.store = store;
    this.id = id;
  }

  row(): Promise<ChatRow> {
    return readChatRow(this.store.pool, this.id) as Promise<ChatRow>;
  }

  async history(): Promise<MessageRow[]> {
    const { rows } = await this.store.pool.query<MessageRow>(
      `select ${MESSAGE_COLUMNS} from messages where chat_id = $1 and deleted_at is null order by id`,
      [this.id],
    );
    return rows;
  }

  /** The history in short: `user:hi`, `assistant:text+call(c1)`, `tool:result(c1)!` (! is an error). */
  async shortHistory(): Promise<string[]> {
    return (await this.history()).map((message) => `${message.role}:${message.content.map(short).join("+")}`);
  }

  async queue(): Promise<string[]> {
    const { rows } = await this.store.pool.query<{ content: InputPart[] }>(
      "select content from queued_messages where chat_id = $1 order by position",
      [this.id],
    );
    return rows.map((row) => row.content.map(short).join("+"));
  }

  async queuedId(value: string): Promise<number> {
    const { rows } = await this.store.pool.query<{ id: number; content: InputPart[] }>(
      "select id, content from queued_messages where chat_id = $1",
      [this.id],
    );
    const row = rows.find(({ content }) => content.map(short).join("+") === value);
    return row?.id ?? 0;
  }

  async send(value: string, busy_behavior: BusyBehavior = "queue") {
    const { result } = await inUnit(this.store, (unit) =>
      sendMessage(unit, {
        chat_id: this.id,
        owner_id: this.store.userId,
        content: text(value),
        busy_behavior,
        created_by: this.store.userId,
      }),
    );
    return result;
  }

  interrupt(turn_id?: number) {
    const owner_id = this.store.userId;
    const input = { chat_id: this.id, owner_id, ...(turn_id !== undefined && { turn_id }) };
    return inUnit(this.store, (unit) => interruptChat(unit, input));
  }

  edit(message_id: number, value: string, model_config_id?: string) {
    const owner_id = this.store.userId;
    const input = { chat_id: this.id, owner_id, message_id, content: text(value), created_by: owner_id };
    return inUnit(this.store, (unit) => editMessage(unit, { ...input, model_config_id }));
  }

  /** Ends the turn in an error that no retry mends. */
  async fail(): Promise<void> {
    const { fence } = await this.attempt();
    const failure = { error: { ...overloaded, retryable: false }, answer: null };
    await this.settle({ type: "failed", failure }, fence);
  }

  /** Settles a step as a new activity of the chat's present turn: a model call with its fence, else a local one. */
  async settle(event: StepEvent, fence: Fence | ScheduledAt = AT_ONCE) {
    const key = await this.key();
    const { result } = await inUnit(this.store, (unit) => settle(unit, { key, fence }, event));
    return result;
  }

  /** The key of a new activity of the chat's present turn. */
  async key() {
    const { current_turn_id } = await this.row();
    const activity_id = String(++this.#activity);
    return { chat_id: this.id, turn_id: current_turn_id ?? 0, run_id: "run", activity_id };
  }

  async attempt(): Promise<Attempt> {
    const key = await this.key();
    const { result } = await inUnit(this.store, (unit) => beginAttempt(unit, key));
    if (result.type !== "attempt") throw new Error(`no attempt but ${JSON.stringify(result)}`);
    return result;
  }

  /** A whole model call: attempt and commit. */
  async answer(content: readonly Part[], more: Partial<NewMessage> = {}) {
    const { fence } = await this.attempt();
    return this.commit(fence, content, more);
  }

  async commit(fence: Attempt["fence"], content: readonly Part[], more: Partial<NewMessage> = {}) {
    const answer: NewMessage = { role: "assistant", content, finish_reason: "stop", ...more };
    return this.settle({ type: "answered", answer }, fence);
  }
}

function short(part: Part): string {
  if (part.type === "text") return part.text;
  if (part.type === "tool-call") return `call(${part.tool_call_id})`;
  if (part.type === "tool-result") return `result(${part.tool_call_id})${part.is_error ? "!" : ""}`;
  return part.type;
}

export async function aChat(store: TestStore, first = "hello"): Promise<TestChat> {
  const id = randomUUID();
  await inUnit(store, (unit) => createChat(unit, { id, owner_id: store.userId, content: text(first) }));
  return new TestChat(store, id);
}

/** A chat whose first turn has ended. */
export async function anIdleChat(store: TestStore): Promise<TestChat> {
  const chat = await aChat(store);
  await chat.answer(text("hi"));
  return chat;
}
