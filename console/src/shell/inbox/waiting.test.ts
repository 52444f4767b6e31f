import assert from "node:assert/strict";
import { test } from "node:test";
import type { Chat, RequiredToolCall } from "../../../../client/index.ts";
import { aChat, chatMap } from "../sidebar/a-chat.ts";
import { waitingCount, waitingIds, waitingItems, waitingKey, waitingWords } from "./waiting.ts";

const call = (id: string, tool_name: string, kind: "approval" | "client"): RequiredToolCall => ({
  tool_call_id: id,
  tool_name,
  args: {},
  kind,
});
const question = (id: string, message: string, question_id: string): RequiredToolCall => ({
  tool_call_id: id,
  tool_name: "inn__book",
  args: {},
  kind: "question",
  asked_by: { mcp_server_id: "s", name: "The inn" },
  questions: [{ question_id, message, mode: "form", schema: {} }],
});
const asks = (id: string, calls: readonly RequiredToolCall[], deadline: string | null = null) =>
  aChat(id, { status: "requires_action", required_action: { tool_calls: calls, deadline_at: deadline } });
const failed = (id: string, has_unread: boolean) =>
  aChat(id, {
    status: "error",
    has_unread,
    last_error: {
      message: "The provider refused the key.",
      kind: "auth",
      provider: "openai",
      retryable: false,
      status_code: 401,
      detail: null,
      retrying_at: null,
    } as never,
  });

test("U5 approvals, questions and plans wait, the nearest deadline first, and errors after them", () => {
  const items = waitingItems(
    chatMap(
      failed("e", true),
      asks("late", [call("1", "execute", "approval")]),
      asks(
        "soon",
        [call("2", "ask_person", "client"), call("3", "propose_plan", "approval")],
        "2026-11-29T13:00:00Z",
      ),
      aChat("calm"),
    ),
  );
  assert.deepEqual(
    items.map(({ type, chat }) => `${chat.id} ${type}`),
    ["soon client", "soon plan", "late approval", "e error"],
  );
  assert.deepEqual(items.map(waitingWords), [
    "Asks you for an answer: ask_person.",
    "Proposes a plan. It waits for you to approve or change it.",
    "Wants to use execute. It waits for your approval.",
    "Stopped with an error: The provider refused the key.",
  ]);
});

test("U5 the title counts what waits; an error that was read waits for nobody, and an archived chat asks nobody", () => {
  const archived = { ...asks("a", [call("1", "execute", "approval")]), archived: true };
  assert.equal(waitingCount(waitingItems(chatMap(failed("new", true), failed("read", false), archived))), 1);
});

const only = (chat: Chat) => {
  const [item] = waitingItems(chatMap(chat));
  assert.ok(item !== undefined);
  return item;
};

test("U5 people are told of each question once, whatever else changes, and of a server that asks again", () => {
  const first = asks("a", [call("1", "execute", "approval")]);
  assert.deepEqual(waitingIds(only(first)), waitingIds(only({ ...first, snapshot_version: 9 })));
  const both = waitingIds(only(asks("a", [call("1", "execute", "approval"), call("2", "grep", "approval")])));
  assert.ok(waitingIds(only(first)).every((id) => both.includes(id)));
  assert.notDeepEqual(waitingIds(only(first)), both);
  const [asked, again] = ["Which city?", "Sure?"].map((message, at) =>
    only(asks("a", [question("1", message, `q${at}`)])),
  );
  assert.ok(asked !== undefined && again !== undefined);
  assert.notDeepEqual(waitingIds(asked), waitingIds(again));
  assert.equal(waitingKey(asked), waitingKey(again), "and stands where it stood");
});

test("U5 a question of a server is told in its own words", () => {
  const item = only(asks("a", [question("1", "Which \u202ecity?", "q1")]));
  assert.equal(waitingWords(item), "The inn asks: Which ⟨U+202E⟩city?");
});
