// Tests how servers that imitate Chat Completions really stream: one row per way (`__fixtures__/chat-quirks.ts`).
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CHAT_QUIRKS,
  CHAT_USAGES,
  type Chunk,
  call,
  calls,
  delta,
  end,
} from "../__fixtures__/chat-quirks.ts";
import {
  bodyOf,
  collect,
  countedIds,
  type FoldedAnswer,
  fold,
  providerOf,
  SHORT_REQUEST,
} from "../__fixtures__/replay.ts";
import type { ModelFault } from "../provider.ts";

/** Streams the chunks (objects as `data:` events, strings unchanged) and returns the resulting answer. */
async function read(chunks: readonly Chunk[]): Promise<FoldedAnswer & { fault: ModelFault | null }> {
  const text = chunks.map((chunk) =>
    typeof chunk === "string" ? chunk : `data: ${JSON.stringify(chunk)}\n\n`,
  );
  const body = () => bodyOf([new TextEncoder().encode(text.join(""))]);
  const provider = providerOf(
    "openai-chat",
    async () => new Response(body(), { headers: { "content-type": "text/event-stream" } }),
  );
  const options = { signal: new AbortController().signal, newToolCallId: countedIds() };
  const { events, fault } = await collect(provider.stream(SHORT_REQUEST, options));
  return { ...fold(events), fault };
}

function shown(answer: FoldedAnswer): readonly string[] {
  return answer.parts.map((part) =>
    [part.type, part.tool_name, part.text, part.url]
      .filter((word) => word !== undefined && word !== "")
      .join(" "),
  );
}

for (const [name, source, chunks, parts, finish] of CHAT_QUIRKS) {
  test(`L13 ${name} (${source})`, async () => {
    const answer = await read(chunks);
    assert.deepEqual(shown(answer), parts);
    assert.equal(answer.fault?.kind ?? answer.finish, finish);
  });
}

for (const [name, chunks, output] of CHAT_USAGES) {
  test(`B3 usage ${name} is ${output === null ? "none" : `${output} tokens of output`}`, async () => {
    const answer = await read(chunks);
    assert.equal(answer.fault, null);
    assert.equal(answer.usage?.output_tokens ?? null, output);
  });
}

test("L13 Gemini's signature of a call is kept beside it (0xsline/OpenChatCut#6)", async () => {
  const extra_content = { google: { thought_signature: "c2ln" } };
  const answer = await read([calls({ ...call({ index: 0, id: "a" }, "f", "{}"), extra_content }), end()]);
  assert.deepEqual(answer.parts[0]?.data, { provider: "openai", call_id: "a", extra_content });
});

test("L13 OpenRouter's details of a reasoning are put together by type and index (agno-agi/agno#8861)", async () => {
  const piece = (fields: object) =>
    delta({
      reasoning_details: [{ type: "reasoning.text", format: "anthropic-claude-v1", index: 0, ...fields }],
    });
  const sealed = { type: "reasoning.encrypted", data: "c2Vh", id: "rs_1", index: 1 };
  const answer = await read([
    delta({
      reasoning: "Let",
      reasoning_details: [{ type: "reasoning.text", format: "anthropic-claude-v1", index: 0, text: "Let" }],
    }),
    piece({ text: " me." }),
    piece({ signature: "Et8B", text: null }),
    delta({ reasoning_details: [sealed] }),
    delta({ content: "x" }),
    end(),
  ]);
  assert.deepEqual(answer.parts[0]?.data?.["reasoning_details"], [
    { type: "reasoning.text", format: "anthropic-claude-v1", index: 0, text: "Let me.", signature: "Et8B" },
    sealed,
  ]);
});

test("L13 sealed reasoning without any text stands before what it led to", async () => {
  const sealed = { type: "reasoning.encrypted", data: "c2Vh", index: 0 };
  const answer = await read([
    delta({ reasoning_details: [sealed] }),
    calls(call({ index: 0, id: "a" }, "f", '{"a":1}')),
    end("tool_calls"),
  ]);
  assert.deepEqual(
    answer.parts.map((part) => part.type),
    ["reasoning", "tool-call"],
  );
  assert.deepEqual(answer.parts[0]?.data?.["reasoning_details"], [sealed]);
});
