// Tests that any history converts to a prompt that its dialect accepts.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContentBlockParam } from "@anthropic-ai/sdk/resources/messages";
import fc from "fast-check";
import "../../test/support/fixed-seed.ts";
import { histories } from "../__fixtures__/histories.ts";
import { toAnthropic } from "../anthropic/to-anthropic.ts";
import { toOpenAiChat } from "../openai-chat/to-openai-chat.ts";
import { chainEnd } from "../openai-responses/response-chain.ts";
import { toOpenAiResponses } from "../openai-responses/to-openai-responses.ts";
import type { PromptMessage } from "../provider.ts";
import { PLAIN_SHAPE, type PromptShape } from "../quirks/quirk.ts";
import type { PromptTarget } from "./arrange-prompt.ts";

const RUNS = { numRuns: 300 };
const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const PROVIDERS = ["openai", "anthropic", "openai-compatible"];

function forAny(check: (history: readonly PromptMessage[], provider: string) => void): void {
  fc.assert(fc.property(histories(), fc.constantFrom(...PROVIDERS), check), RUNS);
}

/** Whatever has been learnt about a server (SPEC X10). */
const shapes: fc.Arbitrary<PromptShape> = fc.record({
  call_ids: fc.constantFrom("any", "plain", "nine"),
  user_behind_tool: fc.boolean(),
  reasoning_back: fc.constantFrom("turn", "all", "none"),
  beside_calls: fc.constantFrom("null", "empty", "words"),
  undeclared_calls: fc.constantFrom("calls", "text"),
  unsigned_calls: fc.constantFrom("bare", "stand-in"),
  system: fc.constantFrom("message", "user"),
  images: fc.constantFrom("shown", "words"),
  documents: fc.constantFrom("shown", "words"),
  image_chars_max: fc.constantFrom(0, 1_000_000),
  cache_marks: fc.boolean(),
  thinks_in_bare_loop: fc.boolean(),
});

function forAnyServer(check: (history: readonly PromptMessage[], target: PromptTarget) => void): void {
  const targets = fc.record({
    provider: fc.constantFrom(...PROVIDERS, ""),
    shape: fc.oneof(fc.constant(PLAIN_SHAPE), shapes),
    declared: fc.constantFrom(new Set<string>(), new Set(["read_file", "not_a_name_"])),
  });
  fc.assert(fc.property(histories(), targets, check), RUNS);
}

const IDS = { any: /^[\x21-\x7e]{1,128}$/, plain: NAME, nine: /^[A-Za-z0-9]{9}$/ } as const;

function assertUnique(ids: readonly string[], rule: PromptShape["call_ids"]): void {
  assert.equal(new Set(ids).size, ids.length, `repeated ids: ${ids.join(", ")}`);
  for (const id of ids) assert.match(id, IDS[rule]);
}

/** No call of an undeclared tool, if the server accepts none. */
function assertDeclared(name: string, { shape, declared }: PromptTarget): void {
  if (shape.undeclared_calls === "text") assert.ok(declared.has(name), name);
}

function assertObject(json: string): void {
  const value: unknown = JSON.parse(json);
  assert.ok(typeof value === "object" && value !== null && !Array.isArray(value));
}

test("L4 X10 any history is a valid prompt of Chat Completions, for any server", () => {
  forAnyServer((history, target) => {
    const { shape } = target;
    const messages = toOpenAiChat("", history, target);
    const ids: string[] = [];
    let awaited: string[] = [];
    let before: string | null = null;
    for (const [index, message] of messages.entries()) {
      if (message.role !== "tool") assert.deepEqual(awaited, [], "a call is not followed by its result");
      if (message.role === "system") assert.equal(shape.system === "message" && index, 0);
      if (message.role === "user") assert.notEqual(before, "user");
      if (message.role === "user" && !shape.user_behind_tool) assert.notEqual(before, "tool");
      if (message.role === "assistant") assert.ok(before !== null && before !== "system", "nobody asked");
      if (message.role === "system" || message.role === "tool")
        assert.ok(typeof message.content === "string");
      if (message.role === "user" && typeof message.content === "string")
        assert.notEqual(message.content.trim(), "");
      else if (message.role === "user") assert.ok(message.content.length > 0);
      if (message.role === "tool") assert.equal(message.tool_call_id, awaited.shift());
      if (message.role === "assistant") {
        const calls = message.tool_calls ?? [];
        assert.ok(calls.length > 0 || (typeof message.content === "string" && message.content !== ""));
        assert.equal(message.tool_calls?.length === 0, false);
        if (shape.beside_calls === "null") assert.notEqual(message.content, "");
        if (shape.beside_calls === "words") assert.ok(message.content);
        if (shape.reasoning_back === "all") assert.ok("reasoning_content" in message);
        if (shape.reasoning_back === "none")
          assert.ok(!("reasoning_content" in message || "reasoning_details" in message));
        for (const call of calls) {
          assert.ok(call.type === "function");
          assert.match(call.function.name, NAME);
          assertDeclared(call.function.name, target);
          assertObject(call.function.arguments);
        }
        awaited = calls.map((call) => call.id);
        ids.push(...awaited);
      }
      before = message.role;
    }
    assert.deepEqual(awaited, []);
    assertUnique(ids, shape.call_ids);
  });
});

test("L4 X10 any history is a valid prompt of Responses, for any server", () => {
  forAnyServer((history, target) => {
    const { input } = toOpenAiResponses("", history, target);
    const items = input.flatMap((item) => ("id" in item && typeof item.id === "string" ? [item.id] : []));
    assert.equal(new Set(items).size, items.length, "an item stands there twice");
    const calls: string[] = [];
    const outputs: string[] = [];
    for (const [index, item] of input.entries()) {
      const type = "type" in item ? item.type : undefined;
      const next = input[index + 1];
      if (type === "reasoning") {
        assert.ok(next !== undefined && !("type" in next && next.type === "function_call_output"));
        assert.ok(!("role" in next && next.role === "user"), "reasoning without what it led to");
      }
      if (item.type === "function_call") {
        calls.push(item.call_id);
        assert.match(item.name, NAME);
        assertDeclared(item.name, target);
        assertObject(item.arguments);
      }
      if (item.type === "function_call_output") outputs.push(String(item.call_id));
      if ("role" in item && item.role === "user") {
        assert.deepEqual(outputs, calls, "the user comes between a call and its output");
        assert.ok("content" in item && JSON.stringify(item.content).length > 2);
      }
    }
    assert.deepEqual(outputs, calls);
    assertUnique(calls, target.shape.call_ids);
  });
});

test("L10 any history that hangs on a kept answer is told once: its outputs first, then what came after", () => {
  forAny((history, provider) => {
    const end = chainEnd(history, provider);
    const place = history.findLastIndex(
      (message) =>
        message.role === "assistant" &&
        message.provider === provider &&
        message.content.some(
          (part) =>
            part.type === "text" &&
            part.provider_data?.["response_id"] !== undefined &&
            part.provider_data.provider === provider,
        ),
    );
    if (place < 0 || end === null) return assert.equal(end === null || place >= 0, true);
    assert.deepEqual(end.messages, history.slice(place + 1));
    const calls = history[place]?.content.filter(
      (part) => part.type === "tool-call" && part.provider_executed !== true,
    );
    assert.equal(end.outputs.length, calls?.length);
  });
});

test("L10 X10 any history is a valid prompt of Messages, for any server, marked for the cache where it should be", () => {
  forAnyServer((history, target) => {
    const { cache_marks } = target.shape;
    const { system, messages } = toAnthropic("You are brief.", history, target);
    const ids: string[] = [];
    let awaited: readonly string[] = [];
    for (const [index, message] of messages.entries()) {
      assert.equal(message.role, index % 2 === 0 ? "user" : "assistant");
      const blocks = message.content as ContentBlockParam[];
      assert.ok(blocks.length > 0);
      for (const block of blocks) if (block.type === "text") assert.ok(block.text.trim() !== "");
      const results = blocks.flatMap((block) => (block.type === "tool_result" ? [block.tool_use_id] : []));
      assert.deepEqual(results, awaited, "results do not answer the calls before them");
      const leading = blocks.slice(0, results.length).every((block) => block.type === "tool_result");
      assert.ok(leading, "results come first in their message");
      assertServerTools(blocks);
      awaited = blocks.flatMap((block) => (block.type === "tool_use" ? [block.id] : []));
      for (const block of blocks) if (block.type === "tool_use") assertDeclared(block.name, target);
      ids.push(...awaited);
      if (message.role === "assistant") assert.ok(!/thinking/.test(blocks.at(-1)?.type ?? ""));
      const marks = blocks.filter((block) => "cache_control" in block);
      assert.equal(marks.length, cache_marks && index >= messages.length - 2 ? 1 : 0);
    }
    assert.deepEqual(awaited, []);
    assertUnique(ids, target.shape.call_ids);
    assert.equal("cache_control" in (system.at(-1) ?? {}), cache_marks);
    const last = messages.at(-1);
    const end = (last?.content as ContentBlockParam[] | undefined)?.at(-1);
    if (last?.role === "assistant" && end?.type === "text") assert.equal(end.text, end.text.trimEnd());
  });
});

function assertServerTools(blocks: readonly ContentBlockParam[]): void {
  for (const [index, block] of blocks.entries()) {
    if (block.type !== "server_tool_use") continue;
    const answer = blocks.findIndex(
      (each) => each.type === "web_search_tool_result" && each.tool_use_id === block.id,
    );
    assert.ok(answer > index, "a server tool without its result");
  }
}

test("L10 conversion changes nothing of the history, and gives the same for the same", () => {
  forAny((history, provider) => {
    const before = JSON.stringify(history);
    for (const convert of [toOpenAiChat, toOpenAiResponses, toAnthropic]) {
      assert.deepEqual(convert("s", history, provider), convert("s", history, provider));
    }
    assert.equal(JSON.stringify(history), before);
  });
});

test("L13 no dialect is given half a character", () => {
  forAny((history, provider) => {
    for (const convert of [toOpenAiChat, toOpenAiResponses, toAnthropic]) {
      // JSON.stringify writes a lone surrogate as an escape, and writes nothing else that way.
      assert.doesNotMatch(JSON.stringify(convert("s", history, provider)), /\\u[dD][89a-fA-F]/);
    }
  });
});
