import assert from "node:assert/strict";
import { test } from "node:test";
import type { Part } from "../part/part.ts";
import { afterBoundary } from "../prompt/build-prompt.ts";
import {
  type CompactableMessage,
  compactionThreshold,
  contextTokens,
  planCompaction,
  summaryResult,
  usagePercent,
} from "./compaction.ts";
import type { FinishReason, Role } from "./message.ts";

const AT = "2026-01-01T00:00:00.000Z";
const none = { output_tokens: 9, reasoning_tokens: 0, context_limit: null };

function message(id: number, role: Role, more: Partial<CompactableMessage> = {}): CompactableMessage {
  return { id, role, content: [{ type: "text", text: `m${id}` }], ...more };
}

function asks(id: number): CompactableMessage {
  const call: Part = {
    type: "tool-call",
    tool_call_id: `c${id}`,
    tool_name: "grep",
    args: {},
    created_at: AT,
  };
  return message(id, "assistant", { content: [call], finish_reason: "tool_calls" });
}

function ids(messages: readonly { readonly id: number }[] | undefined): number[] {
  return (messages ?? []).map(({ id }) => id);
}

test("K1 what a call sent is counted with what came from the cache; if only a total is known, it counts", () => {
  const split = {
    ...none,
    input_tokens: 5,
    cache_creation_tokens: 2,
    cache_read_tokens: 3,
    total_tokens: 99,
  };
  assert.equal(contextTokens(split), 10);
  const whole = {
    ...none,
    input_tokens: 0,
    cache_creation_tokens: 0,
    cache_read_tokens: 0,
    total_tokens: 99,
  };
  assert.equal(contextTokens(whole), 99);
  assert.equal(usagePercent({ context_tokens: 50, context_limit_tokens: 200 }), 25);
  assert.equal(usagePercent({ context_tokens: 50, context_limit_tokens: null }), null);
  assert.equal(usagePercent({ context_tokens: 50, context_limit_tokens: 0 }), null);
});

test("K2 the threshold is 70, 30 for half a million tokens, and the config's own from 0 to 100", () => {
  const cases = [
    [128_000, null],
    [499_999, null],
    [500_000, null],
    [null, null],
    [500_000, 90],
    [128_000, 0],
    [128_000, 130],
    [128_000, -1],
  ] as const;
  const found = cases.map(([limit, own]) => compactionThreshold(limit, own));
  assert.deepEqual(found, [70, 70, 30, 70, 90, 0, 100, 0]);
});

const plans: readonly [string, readonly CompactableMessage[], boolean, number[], number[]][] = [
  ["an answered message", [message(1, "user"), message(2, "assistant")], false, [1, 2], []],
  [
    "the message that began the running turn",
    [message(1, "user"), message(2, "assistant"), message(3, "user")],
    true,
    [1, 2],
    [3],
  ],
  [
    "the message whose tools have just run",
    [message(1, "user"), asks(2), message(3, "tool"), asks(4), message(5, "tool")],
    true,
    [2, 3, 4, 5],
    [1],
  ],
  [
    "the message of a turn that a tool has ended",
    [message(1, "user"), asks(2), message(3, "tool")],
    false,
    [1, 2, 3],
    [],
  ],
  [
    "the message of a turn that another one has steered, and that one",
    [message(1, "user", { turn_id: 1 }), asks(2), message(3, "tool"), message(4, "user", { turn_id: 1 })],
    true,
    [2, 3],
    [1, 4],
  ],
  [
    "messages that errors left without an answer",
    [
      message(1, "user"),
      message(2, "assistant"),
      message(3, "user"),
      message(4, "assistant", { finish_reason: "error" as FinishReason }),
      message(5, "user"),
    ],
    false,
    [1, 2, 4],
    [3, 5],
  ],
  [
    "a message whose answer the user has interrupted",
    [message(1, "user"), message(2, "assistant", { finish_reason: "interrupted" })],
    false,
    [1, 2],
    [],
  ],
  [
    "the summary before and what it kept",
    [message(4, "user", { compressed: true }), message(1, "user"), asks(5), message(6, "tool")],
    true,
    [4, 5, 6],
    [1],
  ],
  ["system messages", [message(1, "system"), message(2, "user"), message(3, "assistant")], false, [2, 3], []],
];
for (const [what, messages, goesOn, summarised, kept] of plans) {
  test(`K4 ${what}: summarised and kept as it must be`, () => {
    const plan = planCompaction(messages, goesOn);
    assert.deepEqual([ids(plan?.summarised), ids(plan?.kept)], [summarised, kept]);
  });
}

test("K6 a history without anything answered, or with nothing since the boundary, has nothing to compact", () => {
  assert.equal(planCompaction([], false), null);
  assert.equal(planCompaction([message(1, "user"), message(2, "user")], false), null);
  assert.equal(planCompaction([message(2, "user", { compressed: true })], false), null);
  const cleared = message(2, "user", { compressed: true, content: [] });
  assert.equal(planCompaction([cleared, message(3, "user")], true), null);
});

test("K3 a prompt is made of system messages, the newest boundary, what it keeps, and what follows it", () => {
  const row = (id: number, role: Role, more: object = {}) => ({
    ...message(id, role),
    provider: null,
    ...more,
  });
  const history = [
    row(1, "system"),
    row(2, "user"),
    row(3, "user", { compressed: true, keeps: [2] }),
    row(4, "user"),
    row(5, "assistant"),
    row(6, "user", { compressed: true, keeps: [4] }),
    row(7, "assistant"),
  ];
  assert.deepEqual(ids(afterBoundary(history)), [1, 6, 4, 7]);
  assert.deepEqual(ids(afterBoundary(history.slice(0, 5))), [1, 3, 2, 4, 5]);
  assert.deepEqual(ids(afterBoundary(history.slice(0, 2))), [1, 2]);
});

test("K3 what people see of a compaction says how full the context was, as far as anybody knows", () => {
  const usage = { context_tokens: 2, context_limit_tokens: 3, threshold_percent: 70 };
  assert.deepEqual(summaryResult("s", "automatic", usage), {
    summary: "s",
    source: "automatic",
    usage_percent: 66.7,
    ...usage,
  });
  const unknown = summaryResult("s", "manual", { ...usage, context_tokens: null });
  assert.equal(unknown.usage_percent, null);
});
