import assert from "node:assert/strict";
import { test } from "node:test";
import type { Part } from "../part/part.ts";
import { buildPrompt, withoutSeals } from "./build-prompt.ts";

const at = "2026-01-01T00:00:00.000Z";
const text = (value: string): Part => ({ type: "text", text: value });
const call = (id: string): Part => ({
  type: "tool-call",
  tool_call_id: id,
  tool_name: "grep",
  args: {},
  created_at: at,
});
const result = (id: string): Part => ({
  type: "tool-result",
  tool_call_id: id,
  tool_name: "grep",
  result: {},
  is_error: false,
  created_at: at,
});
const message = (id: number, role: "user" | "assistant" | "tool", ...content: Part[]) => ({
  id,
  role,
  content,
  provider: role === "assistant" ? "openai" : null,
});

test("C12 an answer that did not fit is asked for again in its turn alone: one that was stopped asks the next message for nothing", () => {
  const misfit = { code: "not_json", message: "It is not JSON." } as const;
  const asked = [
    message(1, "user", text("capital?")),
    { ...message(2, "assistant", text("Bern.")), structured_output: { error: misfit } },
    { ...message(3, "user", text("Answer again.")), visibility: "model" as const },
  ];
  const said = (...more: Parameters<typeof buildPrompt>[0]) =>
    buildPrompt([...asked, ...more]).map(({ content }) => (content[0] as { text: string }).text);
  const notice = { ...message(4, "user", text("An agent has ended.")), visibility: "model" as const };
  assert.deepEqual(said().at(-1), "Answer again.");
  assert.deepEqual(said(message(4, "assistant", text("{}"))).slice(2), ["Answer again.", "{}"]);
  assert.deepEqual(said(message(4, "user", text("And France?"))).slice(2), ["And France?"]);
  assert.deepEqual(said(notice, message(5, "user", text("And France?"))).slice(2), [
    "An agent has ended.",
    "And France?",
  ]);
});

test("L4 a prompt never holds a call without its result, nor a result without its call", () => {
  const prompt = buildPrompt([
    message(1, "user", text("hi")),
    message(2, "assistant", text("looking"), call("a"), call("b")),
    message(3, "tool", result("a"), result("z")),
  ]);
  assert.deepEqual(
    prompt.map(({ role, content }) => [role, content.map((part) => part.type)]),
    [
      ["user", ["text"]],
      ["assistant", ["text", "tool-call"]],
      ["tool", ["tool-result"]],
    ],
  );
});

test("L9 a message of reasoning alone is left out of the prompt", () => {
  const prompt = buildPrompt([
    message(1, "user", text("hi")),
    message(2, "assistant", { type: "reasoning", text: "hm" }),
  ]);
  assert.equal(prompt.length, 1);
});

test("X10 up to a certain message a history is sent without its provider's seals; later messages and other providers keep theirs", () => {
  const other = { ...message(4, "assistant", text("c")), provider: "anthropic" };
  const history = [
    message(1, "user", text("a")),
    message(2, "assistant", text("b")),
    other,
    message(5, "assistant", text("d")),
  ];
  const writers = withoutSeals(history, { openai: 3 }).map(({ provider }) => provider);
  assert.deepEqual(writers, [null, null, "anthropic", "openai"]);
  assert.deepEqual(withoutSeals(history, {}), history);
});
