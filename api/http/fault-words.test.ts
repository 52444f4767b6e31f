import assert from "node:assert/strict";
import { test } from "node:test";
import type { z } from "zod";
import { Refusal } from "../../core/chat/refusal.ts";
import { newChat } from "../schemas/chat.ts";
import { modelConfigChange } from "../schemas/model/model-config.ts";
import { newProject } from "../schemas/project.ts";
import { newUsageLimit, usageQuery } from "../schemas/usage.ts";
import { validate } from "./validate.ts";

function told(schema: z.ZodType, value: unknown): string[] {
  try {
    validate(schema, value);
  } catch (error) {
    assert.ok(error instanceof Refusal);
    return error.errors.map(({ path, message }) => `${path}: ${message}`);
  }
  throw new Error("nothing was refused");
}

const CASES: readonly (readonly [z.ZodType, unknown, readonly string[]])[] = [
  [newChat, undefined, [": is needed: expected an object"]],
  [newChat, [], [": expected an object"]],
  [newProject, { path: "/srv" }, ["name: is needed: expected a text"]],
  [newChat, { content: 7 }, ["content: expected a text or a list"]],
  [newChat, { content: "" }, ["content: must not be empty"]],
  [newChat, { content: [] }, ["content: must not be empty"]],
  [newChat, { content: [{}] }, ["content[0].type: expected one of: text, file, file-reference"]],
  [newChat, { content: [7] }, ["content[0]: expected an object"]],
  [newChat, { content: "x", title: "x".repeat(201) }, ["title: must have at most 200 characters"]],
  [newChat, { content: "x", model_config_id: "gpt" }, ["model_config_id: expected a UUID"]],
  [
    newChat,
    { content: "x", reasoning_effort: "more" },
    ["reasoning_effort: expected one of: none, minimal, low, medium, high, xhigh, max"],
  ],
  [
    newChat,
    { content: "x", labels: { "": "a", b: 1 } },
    ["labels.: the name: must not be empty", "labels.b: expected a text"],
  ],
  [newChat, { content: "x", labels: "a" }, ["labels: expected an object"]],
  [modelConfigChange, { price: { input: {} } }, ["price.input: expected a number or a text"]],
  [
    modelConfigChange,
    { price: { input: "a" } },
    ["price.input: expected a decimal number from 0, such as 1.25"],
  ],
  [modelConfigChange, { max_output_tokens: 1.5 }, ["max_output_tokens: expected a whole number"]],
  [modelConfigChange, { temperature: 3 }, ["temperature: must be at most 2"]],
  [modelConfigChange, { top_k: -1 }, ["top_k: must be at least 0"]],
  [modelConfigChange, { enabled: "yes" }, ["enabled: expected true or false"]],
  [modelConfigChange, { stop: Array(17).fill("x") }, ["stop: must have at most 16 items"]],
  [
    newUsageLimit,
    {},
    ["limit_micros: is needed: expected a number", "period: is needed: expected one of: day, week, month"],
  ],
  [newUsageLimit, 7, [": expected an object"]],
  [
    usageQuery,
    { from: "x" },
    ["from: expected a time in UTC, such as 2026-01-31T12:00:00Z or a date, such as 2026-01-31"],
  ],
];

for (const [schema, value, words] of CASES) {
  test(`${JSON.stringify(value)?.slice(0, 60)} is answered: ${words.join("; ").slice(0, 100)}`, () => {
    assert.deepEqual(told(schema, value), words);
  });
}
