// Tests what each Claude model accepts, by its name: those that the SDK lists, those of clouds, and those that nobody
// knows yet.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { anthropicBody } from "../anthropic/anthropic-body.ts";
import type { CallConfig } from "../provider.ts";
import { type ClaudeTraits, claudeTraits } from "./claude-traits.ts";

function asked(model: string, config: CallConfig) {
  const { body, unsupported } = anthropicBody(
    {
      model,
      system: "",
      messages: [{ role: "user", content: [{ type: "text", text: "hi" }], provider: null }],
      tools: [],
      config,
    },
    "anthropic",
  );
  return {
    thinking: body.thinking,
    effort: body.output_config?.effort,
    noted: unsupported.map(({ setting }) => setting),
  };
}

const SHOWN = { type: "adaptive", display: "summarized" };

/** Thinks without being asked, how it stops, whether it knows xhigh and max, sampling. */
const ROWS: readonly (readonly [
  string,
  ClaudeTraits["thinking"],
  boolean,
  ClaudeTraits["thinking_off"] | "-",
  string,
])[] = [
  ["claude-3-haiku-20240307", "none", false, "-", "both"],
  ["claude-3-5-sonnet-20241022", "none", false, "-", "both"],
  ["claude-3-7-sonnet-20250219", "budget", false, "disabled", "both"],
  ["claude-sonnet-4-20250514", "budget", false, "disabled", "both"],
  ["claude-opus-4-1-20250805", "budget", false, "disabled", "one"],
  ["claude-sonnet-4-5-20250929", "budget", false, "disabled", "one"],
  ["claude-haiku-4-5@20250929", "budget", false, "disabled", "one"],
  ["claude-opus-4-5-20251101", "budget", false, "disabled", "one"],
  ["claude-opus-4-6", "adaptive", false, "disabled", "one"],
  ["claude-sonnet-4-6", "adaptive", false, "disabled", "one"],
  ["us.anthropic.claude-opus-4-7-v1:0", "adaptive", false, "disabled", "none"],
  ["claude-opus-4-8", "adaptive", false, "disabled", "none"],
  ["anthropic/claude-opus-5", "adaptive", true, "disabled", "none"],
  ["claude-opus-5-5", "adaptive", true, "never", "none"],
  ["claude-sonnet-5", "adaptive", true, "disabled", "none"],
  ["anthropic/claude-sonnet-5.5", "adaptive", true, "between_tools", "none"],
  ["claude-haiku-5-5", "adaptive", true, "disabled", "none"],
  ["claude-fable-5", "adaptive", true, "never", "none"],
  ["claude-fable-5-2", "adaptive", true, "never", "none"],
  ["claude-mythos-preview", "adaptive", true, "never", "none"],
  ["claude-mythos-5-1", "adaptive", true, "never", "none"],
  // Not there yet: like the newest of its family, or the newest of all.
  ["claude-opus-6", "adaptive", true, "never", "none"],
  ["claude-sonnet-5-10", "adaptive", true, "between_tools", "none"],
  ["claude-haiku-latest", "adaptive", true, "disabled", "none"],
  ["claude-saga-7", "adaptive", true, "never", "none"],
];

for (const [model, thinking, thinks_unasked, off, sampling] of ROWS) {
  test(`L11 L12 ${model} is asked as it wants: thinking ${thinking}${thinks_unasked ? ", unasked" : ""}, off by ${off}`, () => {
    const traits = claudeTraits(model);
    assert.deepEqual(
      [traits.thinking, traits.thinks_unasked, traits.sampling],
      [thinking, thinks_unasked, sampling],
    );
    if (off !== "-") assert.equal(traits.thinking_off, off);
  });
}

test("L11 every model that the SDK lists is of a family that is known", () => {
  const types = readFileSync(
    new URL("../../node_modules/@anthropic-ai/sdk/resources/messages/messages.d.ts", import.meta.url),
    "utf8",
  );
  const listed = /export type Model = ([^;]+);/.exec(types)?.[1] ?? "";
  const models = [...listed.matchAll(/'(claude-[^']+)'/g)].map(([, name]) => name ?? "");
  assert.ok(models.length > 15);
  for (const model of models) {
    assert.match(model, /^claude-(opus|sonnet|haiku|fable|mythos)-/);
    assert.notEqual(claudeTraits(model).thinking, "none", model);
  }
});

test("L11 without an effort nothing is sent to models that do not think, and thoughts are shown of those that do", () => {
  assert.equal(asked("claude-opus-4-8", {}).thinking, undefined);
  for (const model of ["claude-opus-5", "claude-sonnet-5-5", "claude-fable-5"]) {
    assert.deepEqual(asked(model, {}), { thinking: SHOWN, effort: undefined, noted: [] });
  }
});

test("L11 the effort none ends thinking in the model's own way; where nothing ends it the least is asked for, and said", () => {
  const none = (model: string) => asked(model, { reasoning_effort: "none" });
  assert.deepEqual(none("claude-opus-4-8"), { thinking: undefined, effort: undefined, noted: [] });
  assert.deepEqual(none("claude-opus-5"), { thinking: { type: "disabled" }, effort: undefined, noted: [] });
  assert.deepEqual(none("claude-sonnet-5-5"), {
    thinking: { type: "between_tools" },
    effort: undefined,
    noted: [],
  });
  assert.deepEqual(none("claude-fable-5-2"), { thinking: SHOWN, effort: "low", noted: ["reasoning_effort"] });
});

test("L11 an effort that the model does not know becomes the next weaker one, and is said", () => {
  const effort = (model: string, reasoning_effort: string) => {
    const { effort: sent, noted } = asked(model, { reasoning_effort });
    return [sent, noted.length];
  };
  assert.deepEqual(effort("claude-opus-4-6", "xhigh"), ["high", 1]);
  assert.deepEqual(effort("claude-sonnet-4-6", "max"), ["max", 0]);
  assert.deepEqual(effort("claude-opus-4-7", "xhigh"), ["xhigh", 0]);
  assert.deepEqual(effort("claude-mythos-preview", "xhigh"), ["high", 1]);
  assert.deepEqual(effort("claude-opus-5", "minimal"), ["low", 0]);
});

test("L12 a Claude that does not think says so, and one with a budget has room for it", () => {
  assert.deepEqual(asked("claude-3-5-haiku-20241022", { reasoning_effort: "high" }).noted, [
    "reasoning_effort",
  ]);
  assert.deepEqual(asked("claude-haiku-4-5", { reasoning_effort: "low" }).thinking, {
    type: "enabled",
    budget_tokens: 4_096,
  });
});

test("L10 a tool loop that begins without thinking goes on without, whatever the options wish for; the next message thinks", () => {
  const call = {
    type: "tool-call",
    tool_call_id: "c1",
    tool_name: "grep",
    args: {},
    created_at: "2026-11-20T10:00:00Z",
  } as const;
  const result = { ...call, type: "tool-result", result: "", is_error: false } as const;
  const loop = [
    { role: "user" as const, content: [{ type: "text" as const, text: "hi" }], provider: null },
    { role: "assistant" as const, content: [call], provider: "another" },
    { role: "tool" as const, content: [result], provider: null },
  ];
  const ask = (model: string, messages: typeof loop, config: CallConfig) =>
    anthropicBody({ model, system: "", messages, tools: [], config }, "anthropic");
  const medium = { reasoning_effort: "medium" };
  const { body, unsupported } = ask("claude-sonnet-4-5", loop, medium);
  assert.equal("thinking" in body, false);
  assert.deepEqual(
    unsupported.map(({ setting }) => setting),
    ["reasoning_effort"],
  );
  const wish = { provider_options: { thinking: { type: "enabled", budget_tokens: 2_000 } } };
  assert.equal("thinking" in ask("claude-sonnet-4-5", loop, wish).body, false);
  assert.equal(
    "thinking" in ask("claude-sonnet-4-5", [...loop, loop[0] as (typeof loop)[0]].slice(1), medium).body,
    false,
  );
  const asked_ = [
    ...loop,
    { ...loop[1], provider: "another", content: [{ type: "text" as const, text: "so" }] },
    loop[0],
  ] as typeof loop;
  assert.equal("thinking" in ask("claude-sonnet-4-5", asked_, medium).body, true);
  assert.equal(
    "thinking" in ask("claude-opus-4-6", loop, medium).body,
    true,
    "adaptive thinking may begin anywhere",
  );
});
