// Where the official SDKs' own accumulators accept a stream, they and our readers say the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { type FoldedPart, fetchChunks, fixtureBytes, fold, replay } from "./__fixtures__/replay.ts";
import { objectOf, parseObject } from "./untrusted-json.ts";

async function ours(
  name: string,
): Promise<{ text: string; reasoning: string; calls: unknown[]; finish: unknown }> {
  const { parts, finish } = fold((await replay(name)).events);
  const join = (type: string) =>
    parts
      .filter((part) => part.type === type)
      .map((part) => part.text)
      .join("");
  const calls = parts.filter((part) => part.type === "tool-call" && part.provider_executed !== true);
  return { text: join("text"), reasoning: join("reasoning"), calls: calls.map(ourCall), finish };
}

function ourCall(part: FoldedPart): object {
  return { id: part.data?.["call_id"], name: part.tool_name, args: parseObject(part.text) };
}

const openai = (name: string) =>
  new OpenAI({ apiKey: "sk-test", maxRetries: 0, fetch: fetchChunks([fixtureBytes(name)]) });

for (const name of ["chat-text.sse", "chat-tools.sse", "chat-reasoning.sse"]) {
  test(`B1 OpenAI's own accumulator reads ${name} as we do`, async () => {
    const stream = openai(name).chat.completions.stream({
      model: "demo",
      messages: [{ role: "user", content: "x" }],
    });
    const choice = (await stream.finalChatCompletion()).choices[0];
    const mine = await ours(name);
    assert.equal(mine.text, choice?.message.content ?? "");
    assert.equal(mine.finish, choice?.finish_reason);
    const calls = (choice?.message.tool_calls ?? []).map((call) =>
      call.type === "function"
        ? { id: call.id, name: call.function.name, args: parseObject(call.function.arguments) }
        : call,
    );
    assert.deepEqual(mine.calls, calls);
  });
}

for (const name of [
  "responses-text.sse",
  "responses-tools.sse",
  "responses-reasoning.sse",
  "responses-server-tool.sse",
]) {
  test(`B1 OpenAI's own accumulator reads ${name} as we do`, async () => {
    const response = await openai(name).responses.stream({ model: "demo", input: "x" }).finalResponse();
    const mine = await ours(name);
    const messages = response.output.flatMap((item) => (item.type === "message" ? item.content : []));
    assert.equal(
      mine.text,
      messages.map((content) => (content.type === "output_text" ? content.text : "")).join(""),
    );
    const calls = response.output.flatMap((item) =>
      item.type === "function_call"
        ? [{ id: item.call_id, name: item.name, args: parseObject(item.arguments) }]
        : [],
    );
    assert.deepEqual(mine.calls, calls);
    assert.equal(response.status, "completed");
  });
}

for (const name of [
  "anthropic-text.sse",
  "anthropic-tools.sse",
  "anthropic-thinking.sse",
  "anthropic-server-tool.sse",
]) {
  test(`B1 Anthropic's own accumulator reads ${name} as we do`, async () => {
    const client = new Anthropic({
      apiKey: "sk-test",
      maxRetries: 0,
      fetch: fetchChunks([fixtureBytes(name)]),
    });
    const request = { model: "demo", max_tokens: 10, messages: [{ role: "user" as const, content: "x" }] };
    const message = await client.messages.stream(request).finalMessage();
    const mine = await ours(name);
    assert.equal(
      mine.text,
      message.content.map((block) => (block.type === "text" ? block.text : "")).join(""),
    );
    assert.equal(
      mine.reasoning,
      message.content.map((block) => (block.type === "thinking" ? block.thinking : "")).join(""),
    );
    const calls = message.content.flatMap((block) =>
      block.type === "tool_use" ? [{ id: block.id, name: block.name, args: objectOf(block.input) }] : [],
    );
    assert.deepEqual(mine.calls, calls);
  });
}
