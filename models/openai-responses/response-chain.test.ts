// Tests SPEC L10: with Responses a call may name the answer it follows, as long as the provider remembers it.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Part } from "../../core/part/part.ts";
import { collect, countedIds, fetchChunks, fixtureBytes, fold, providerOf } from "../__fixtures__/replay.ts";
import type { CallConfig, ModelRequest, PromptMessage } from "../provider.ts";
import { openAiResponsesBody } from "./openai-responses-body.ts";

const AT = "2026-11-20T10:00:00Z";
const CHAINED: CallConfig = { response_chain: true };

const user = (text: string): PromptMessage => ({
  role: "user",
  content: [{ type: "text", text }],
  provider: null,
});
const assistant = (...content: Part[]): PromptMessage => ({ role: "assistant", content, provider: "openai" });
const kept = (text: string, response_id: string): Part => ({
  type: "text",
  text,
  provider_data: { provider: "openai", response_id },
});
const call = (id: string, call_id: string | null, more: object = {}): Part => ({
  type: "tool-call",
  tool_call_id: id,
  tool_name: "grep",
  args: {},
  created_at: AT,
  provider_data: { provider: "openai", call_id, ...more },
});
const tool = (...ids: string[]): PromptMessage => ({
  role: "tool",
  provider: null,
  content: ids.map((id) => ({
    type: "tool-result",
    tool_call_id: id,
    tool_name: "grep",
    result: `of ${id}`,
    is_error: false,
    created_at: AT,
  })),
});

function bodyOf(messages: readonly PromptMessage[], more: Partial<ModelRequest> = {}) {
  const request = { model: "gpt-5.2", system: "Be brief.", messages, tools: [], config: CHAINED, ...more };
  const { body } = openAiResponsesBody(request, { provider: "openai", is_strict: true });
  return {
    id: body.previous_response_id,
    store: body.store,
    input: body.input,
    instructions: body.instructions,
  };
}

const STEP = [user("one"), assistant(kept("1", "resp_1")), user("two")];

test("L10 without the setting the whole history is sent and nothing is stored", () => {
  const { id, store, input } = bodyOf(STEP, { config: {} });
  assert.deepEqual([id, store, input?.length], [undefined, false, 3]);
});

test("L10 a chain sends what came after the newest kept answer, and the instructions anew", () => {
  assert.deepEqual(bodyOf(STEP), {
    id: "resp_1",
    store: true,
    instructions: "Be brief.",
    input: [{ role: "user", content: [{ type: "input_text", text: "two" }] }],
  });
});

test("L10 the outputs of the kept answer's calls come first, in its order, under the provider's ids", () => {
  const history = [
    user("go"),
    assistant(call("ours-1", "call_a"), call("ours-2", "call_b", { response_id: "resp_2" })),
    tool("ours-2", "ours-1"),
    user("and?"),
  ];
  assert.deepEqual(bodyOf(history).input, [
    { type: "function_call_output", call_id: "call_a", output: "of ours-1" },
    { type: "function_call_output", call_id: "call_b", output: "of ours-2" },
    { role: "user", content: [{ type: "input_text", text: "and?" }] },
  ]);
});

test("L10 a partial answer after the kept one is told in full", () => {
  const history = [...STEP, assistant({ type: "text", text: "part" }), user("go on")];
  const { id, input } = bodyOf(history);
  assert.deepEqual([id, input?.length], ["resp_1", 3]);
});

test("L10 the whole history is sent when the chain is broken, and nothing sealed by the provider", () => {
  const sealed: Part = {
    type: "reasoning",
    text: "hm",
    provider_data: { provider: "openai", item_id: "rs_1", encrypted_content: "x" },
  };
  const history = [user("one"), assistant(sealed, kept("1", "resp_1")), user("two")];
  const { id, store, input } = bodyOf(history, { replay_full_history: true });
  assert.deepEqual([id, store], [undefined, true]);
  assert.doesNotMatch(JSON.stringify(input), /encrypted|reasoning/);
  assert.equal(input?.length, 3);
});

test("L10 there is no chain to another provider's answer, over calls it would not know, or with nothing to say", () => {
  assert.equal(
    bodyOf([user("one"), { ...assistant(kept("1", "resp_1")), provider: "other" }, user("two")]).id,
    undefined,
  );
  const unknown = [user("go"), assistant(kept("1", "resp_1"), call("ours-1", null)), tool("ours-1")];
  assert.equal(bodyOf(unknown).id, undefined);
  assert.equal(bodyOf([user("one"), assistant(kept("1", "resp_1"))]).id, undefined);
});

async function idsIn(fixture: string, config: CallConfig): Promise<readonly unknown[]> {
  const provider = providerOf("openai-responses", fetchChunks([fixtureBytes(fixture)]));
  const request = { model: "gpt-5.2", system: "", messages: [user("x")], tools: [], config };
  const options = { signal: new AbortController().signal, newToolCallId: countedIds() };
  const { events } = await collect(provider.stream(request, options));
  return fold(events).parts.map((part) => part.data?.["response_id"]);
}

test("L10 an answer is marked at its last part when the provider keeps it, and only when it is complete", async () => {
  assert.deepEqual(await idsIn("responses-tools.sse", CHAINED), [undefined, "resp_1"]);
  assert.deepEqual(await idsIn("responses-text.sse", CHAINED), ["resp_1"]);
  assert.deepEqual(await idsIn("responses-text.sse", {}), [undefined]);
  assert.deepEqual(await idsIn("responses-truncated.sse", CHAINED), [undefined]);
});

test("L10 X10 a provider that forgot is asked at once with the whole history; should it forget that too, it is an error", async () => {
  const error = {
    message: "Previous response with id 'resp_1' not found.",
    code: "previous_response_not_found",
  };
  const asked: unknown[] = [];
  const provider = providerOf("openai-responses", async (_input, init) => {
    asked.push(JSON.parse(typeof init?.body === "string" ? init.body : "").previous_response_id);
    return Response.json({ error }, { status: 400 });
  });
  const options = { signal: new AbortController().signal, newToolCallId: countedIds() };
  const request = { model: "gpt-5.2", system: "", messages: STEP, tools: [], config: CHAINED };
  const { fault } = await collect(provider.stream(request, options));
  assert.deepEqual(asked, ["resp_1", undefined]);
  assert.deepEqual([fault?.retryable, fault?.replay_full_history], [false, undefined]);
});
