// Tests that every dialect accepts the prompt after a compaction, whatever the history is and wherever it is compacted.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContentBlockParam } from "@anthropic-ai/sdk/resources/messages";
import fc from "fast-check";
import { planCompaction } from "../../core/chat/compaction.ts";
import type { FinishReason, Role } from "../../core/chat/message.ts";
import type { Part } from "../../core/part/part.ts";
import { afterBoundary, buildPrompt } from "../../core/prompt/build-prompt.ts";
import { summaryText } from "../../core/prompt/summary-prompt.ts";
import { toAnthropic } from "../anthropic/to-anthropic.ts";
import { toOpenAiChat } from "../openai-chat/to-openai-chat.ts";
import { toOpenAiResponses } from "../openai-responses/to-openai-responses.ts";

const AT = "2026-01-01T00:00:00.000Z";
const providers = ["openai", "anthropic", "openai-compatible"] as const;
type Provider = (typeof providers)[number];

interface Row {
  readonly id: number;
  readonly role: Role;
  readonly content: readonly Part[];
  readonly provider: string | null;
  readonly finish_reason?: FinishReason;
  readonly compressed?: boolean;
  readonly keeps?: readonly number[];
}

/** What happens to a chat. Each leaves the history as the store would. */
type Event =
  | { readonly type: "system" | "fail" | "cut" | "clear" | "compact" }
  | { readonly type: "turn"; readonly steps: number; readonly calls: number; readonly compactAt: number };

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom("system", "fail", "cut", "clear", "compact") }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("turn"),
      steps: fc.nat({ max: 4 }),
      calls: fc.integer({ min: 1, max: 3 }),
      compactAt: fc.nat({ max: 8 }),
    }),
  },
);

/** A history being written, and the user messages that nobody has answered. */
class Story {
  readonly rows: Row[] = [];
  readonly provider: Provider;
  unanswered: string[] = [];
  #ids = 0;

  constructor(provider: Provider) {
    this.provider = provider;
  }

  add(role: Role, content: readonly Part[], more: Partial<Row> = {}): Row {
    const row = { id: ++this.#ids, role, content, provider: null, ...more };
    this.rows.push(row);
    return row;
  }

  ask(): void {
    const text = `question ${this.#ids + 1}`;
    this.add("user", [{ type: "text", text }]);
    this.unanswered.push(text);
  }

  say(finish_reason: FinishReason): void {
    const text = `answer ${this.#ids + 1}`;
    this.add("assistant", [{ type: "text", text }], { provider: this.provider, finish_reason });
    if (finish_reason !== "error") this.unanswered = [];
  }

  work(count: number): void {
    const of = Array.from({ length: count }, (_, i) => ({
      tool_call_id: `call_${this.#ids}_${i}`,
      tool_name: "grep",
      created_at: AT,
    }));
    const data = { provider: this.provider, signature: "s" };
    const calls = of.map((each): Part => ({ ...each, type: "tool-call", args: {} }));
    const thought: Part = { type: "reasoning", text: "hm", provider_data: data };
    this.add("assistant", [thought, ...calls], { provider: this.provider, finish_reason: "tool_calls" });
    const results = of.map((each): Part => ({ ...each, type: "tool-result", result: {}, is_error: false }));
    this.add("tool", results);
  }

  compact(goesOn: boolean): void {
    const plan = planCompaction(afterBoundary(this.rows), goesOn);
    if (plan === null) return;
    const text = summaryText("the gist", plan.kept.length > 0);
    const keeps = plan.kept.map(({ id }) => id);
    this.add("user", [{ type: "text", text }], { compressed: true, keeps });
  }
}

function tell(provider: Provider, events: readonly Event[]): Story {
  const story = new Story(provider);
  for (const each of events) {
    if (each.type === "system") story.add("system", [{ type: "text", text: `rule ${story.rows.length}` }]);
    if (each.type === "compact") story.compact(false);
    if (each.type === "clear") {
      story.add("user", [], { compressed: true, keeps: [] });
      story.unanswered = [];
    }
    if (each.type === "fail" || each.type === "cut") story.ask();
    if (each.type === "fail") story.say("error");
    if (each.type === "cut") story.say("interrupted");
    if (each.type !== "turn") continue;
    story.ask();
    for (let step = 0; step < each.steps; step++) {
      if (step === each.compactAt) story.compact(true);
      story.work(each.calls);
    }
    story.say("stop");
  }
  // The call that comes next: a turn is running.
  story.ask();
  const last = events.at(-1);
  if (last?.type === "turn") story.work(last.calls);
  return story;
}

/** Runs `check` on the prompt right after a compaction in the middle of a turn. */
function forAny(check: (prompt: ReturnType<typeof buildPrompt>, story: Story) => void): void {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 10 }), fc.constantFrom(...providers), (events, provider) => {
      const story = tell(provider, events);
      story.compact(true);
      check(buildPrompt(story.rows), story);
    }),
    { numRuns: 400 },
  );
}

test("K4 after any compaction the user's unanswered messages are in the prompt word for word, once, in order", () => {
  forAny((prompt, story) => {
    const texts = prompt.flatMap(({ content }) =>
      content.flatMap((part) =>
        part.type === "text" && part.text.startsWith("question") ? [part.text] : [],
      ),
    );
    assert.deepEqual(texts.slice(-story.unanswered.length), story.unanswered);
    assert.equal(new Set(texts).size, texts.length);
  });
});

test("K3 after any compaction every system message is in the prompt, and at most one summary", () => {
  forAny((prompt, story) => {
    const rules = (rows: readonly { role: Role }[]) => rows.filter(({ role }) => role === "system").length;
    assert.equal(rules(prompt), rules(story.rows));
    assert.ok(JSON.stringify(prompt).split("the gist").length <= 2);
  });
});

test("K3 after any compaction the prompt is valid for Chat Completions", () => {
  forAny((prompt, { provider }) => {
    let awaited: string[] = [];
    let before = "";
    for (const message of toOpenAiChat("", prompt, provider)) {
      if (message.role === "tool") assert.equal(message.tool_call_id, awaited.shift());
      else assert.deepEqual(awaited, []);
      if (message.role === "user") assert.notEqual(before, "user");
      if (message.role === "assistant") awaited = (message.tool_calls ?? []).map(({ id }) => id);
      before = message.role;
    }
    assert.deepEqual(awaited, []);
    assert.notEqual(before, "assistant", "the call is to be answered");
  });
});

test("K3 after any compaction the prompt is valid for Responses", () => {
  forAny((prompt, { provider }) => {
    const { input } = toOpenAiResponses("", prompt, provider);
    const ids = (type: string, at: number) =>
      input.slice(0, at).flatMap((item) => (item.type === type && "call_id" in item ? [item.call_id] : []));
    assert.deepEqual(ids("function_call_output", input.length), ids("function_call", input.length));
    for (const [at, item] of input.entries()) {
      if (!("role" in item) || item.role !== "user") continue;
      assert.deepEqual(ids("function_call_output", at), ids("function_call", at));
    }
  });
});

test("K3 after any compaction the prompt is valid for Messages: roles alternate, the user's first", () => {
  forAny((prompt, { provider }) => {
    const { messages } = toAnthropic("", prompt, provider);
    let awaited: readonly string[] = [];
    for (const [index, message] of messages.entries()) {
      assert.equal(message.role, index % 2 === 0 ? "user" : "assistant");
      const blocks = message.content as ContentBlockParam[];
      assert.ok(blocks.length > 0);
      const results = blocks.flatMap((block) => (block.type === "tool_result" ? [block.tool_use_id] : []));
      assert.deepEqual(results, awaited);
      awaited = blocks.flatMap((block) => (block.type === "tool_use" ? [block.id] : []));
    }
    assert.deepEqual(awaited, []);
    assert.equal(messages.at(-1)?.role, "user");
  });
});
