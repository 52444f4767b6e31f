// Tests: what must hold of a chat at rest, whatever happened on the way (SPEC, last section).
import assert from "node:assert/strict";
import type { Chat, Message } from "../../../core/chat/message.ts";
import type { ScriptStepWithAttempts } from "../../../dev/demo-model/plan/script-step.ts";
import type { Everturn } from "../everturn.ts";
import type { ChatReader } from "../reader/chat-reader.ts";

/** A message that tells the scripted model what to do. */
export function script(
  steps: ScriptStepWithAttempts | readonly ScriptStepWithAttempts[],
  key?: string,
): string {
  const list = Array.isArray(steps) ? steps : [steps];
  return `#script ${JSON.stringify({ steps: list, ...(key !== undefined && { key }) })}`;
}

/** The stored messages of a chat, oldest first, as the API shows them. */
export async function storedMessages(everturn: Everturn, chatId: string): Promise<Message[]> {
  const { messages } = await everturn.call<{ messages: Message[] }>(
    "GET",
    `/v1/chats/${chatId}/messages?limit=200`,
  );
  return messages.toSorted((a, b) => a.id - b.id);
}

/**
 * Each reader shows what the store holds, byte for byte, nothing in flight is left, every call has one result, and no
 * promise of the stream was broken (SPEC T4, and 4 and 5 of its last section).
 */
export async function assertSettled(
  everturn: Everturn,
  chatId: string,
  readers: readonly ChatReader[],
): Promise<Message[]> {
  const stored = await storedMessages(everturn, chatId);
  const chat = await everturn.call<Chat>("GET", `/v1/chats/${chatId}`);
  for (const reader of readers) {
    assert.deepEqual(reader.violations, []);
    assert.deepEqual(reader.view.messages, stored);
    assert.equal(reader.view.status, chat.status);
    const drafts = [...reader.view.previews.values()].filter(({ content }) => content.size > 0);
    assert.deepEqual(drafts, [], "nothing is shown beside the committed messages");
  }
  const parts = stored.flatMap((message) => message.content);
  const results = parts.filter((part) => part.type === "tool-result").map((part) => part.tool_call_id);
  const calls = parts.filter((part) => part.type === "tool-call").map((part) => part.tool_call_id);
  assert.deepEqual(
    [...results].sort(byText),
    [...new Set(calls)].sort(byText),
    "each call has exactly one result",
  );
  return stored;
}

/**
 * How many events a turn's history has once its run has ended. Of signals the first alone counts: where a start is slow to be
 * noted as delivered, the relay delivers it once more.
 */
export async function turnEvents(everturn: Everturn, chatId: string): Promise<number> {
  const run = everturn.temporal.workflow.getHandle(`chat-${chatId}`);
  await run.result();
  const { events } = await run.fetchHistory();
  const signals =
    events?.filter((event) => event.workflowExecutionSignaledEventAttributes != null).length ?? 0;
  return (events?.length ?? 0) - Math.max(0, signals - 1);
}

/** The text of a message. */
export function textOf(message: Pick<Message, "content">): string {
  return message.content.map((part) => (part.type === "text" ? part.text : "")).join("");
}

function byText(a: string, b: string): number {
  return a.localeCompare(b);
}
