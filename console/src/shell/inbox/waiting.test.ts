import assert from "node:assert/strict";
import { test } from "node:test";
import type { RequiredToolCall } from "../../../../client/index.ts";
import { aChat, chatMap } from "../sidebar/a-chat.ts";
import { waitingCount, waitingItems, waitingKey, waitingWords } from "./waiting.ts";

const call = (id: string, tool_name: string, kind: "approval" | "client"): RequiredToolCall => ({
  tool_call_id: id,
  tool_name,
  args: {},
  kind,
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

test("U5 the same question has the same key, and the next question another", () => {
  const [first] = waitingItems(chatMap(asks("a", [call("1", "execute", "approval")])));
  const [same] = waitingItems(
    chatMap({ ...asks("a", [call("1", "execute", "approval")]), snapshot_version: 9 }),
  );
  const [next] = waitingItems(chatMap(asks("a", [call("2", "execute", "approval")])));
  assert.ok(first !== undefined && same !== undefined && next !== undefined);
  assert.equal(waitingKey(first), waitingKey(same));
  assert.notEqual(waitingKey(first), waitingKey(next));
});
