// Tests that worker, hub and reader turn deltas into the same content.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import "../../test/support/fixed-seed.ts";
import type { PartDelta } from "../part/stream-part.ts";
import { applyDelta, type DraftPart, finishDraft, parseToolArgs } from "./draft-content.ts";

function draftOf(...deltas: readonly (readonly [number, PartDelta])[]): Map<number, DraftPart> {
  const draft = new Map<number, DraftPart>();
  for (const [index, delta] of deltas) applyDelta(draft, index, delta);
  return draft;
}

const at = "2026-01-01T00:00:00.000Z";

test("I1 text is the sum of its deltas, however it was cut", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (pieces) => {
      const draft = draftOf(...pieces.map((text) => [0, { type: "text", text }] as const));
      const whole = pieces.join("");
      const stored = finishDraft(draft, { at });
      assert.deepEqual(stored, whole === "" ? [] : [{ type: "text", text: whole }]);
    }),
  );
});

test("arguments come in pieces, and a whole object replaces them", () => {
  const call = { type: "tool-call", tool_call_id: "c1", tool_name: "grep" } as const;
  const draft = draftOf([0, { ...call, args_delta: '{"pat' }], [0, { ...call, args_delta: 'tern":"x"}' }]);
  const [part] = finishDraft(draft, { at });
  assert.deepEqual(part, { ...call, args: { pattern: "x" }, created_at: at });
  applyDelta(draft, 0, { ...call, args: { pattern: "y" } });
  const [replaced] = finishDraft(draft, { at });
  assert.deepEqual(replaced, { ...call, args: { pattern: "y" }, created_at: at });
});

test("L7 a call that the provider runs stays one when later pieces do not say so", () => {
  const call = { type: "tool-call", tool_call_id: "c1", tool_name: "search" } as const;
  const draft = draftOf(
    [0, { ...call, provider_executed: true, args_delta: "{" }],
    [0, { ...call, args_delta: "}" }],
  );
  assert.deepEqual(finishDraft(draft, { at }), [
    { ...call, provider_executed: true, args: {}, created_at: at },
  ]);
});

test("L17 null means no arguments, and what chat templates leave around arguments is not part of them", () => {
  for (const text of ["null", " null\n", "{}"]) assert.deepEqual(parseToolArgs(text), {}, text);
  for (const text of [
    '{"a":{}}</tool_call>',
    '```json\n{"a":{}}\n```',
    '{"a":{}}<|im_end|>',
    '<tool_call>{"a":{}}',
  ])
    assert.deepEqual(parseToolArgs(text), { a: {} }, text);
  for (const text of ['{"a":1} and then', '{"a":1}{"b":2}', '{"a":1', '{"a":"</b>"', "nullx"])
    assert.deepEqual(parseToolArgs(text), { _raw: text }, text);
});

test("L4 arguments that are not a JSON object are kept as they came", () => {
  assert.deepEqual(parseToolArgs('{"a":'), { _raw: '{"a":' });
  assert.deepEqual(parseToolArgs("[1]"), { _raw: "[1]" });
  assert.deepEqual(parseToolArgs(" "), {});
});

test("content keeps its places whatever order they began in; a running tool's display text is not stored", () => {
  const draft = draftOf(
    [2, { type: "text", text: "after" }],
    [0, { type: "reasoning", text: "hm" }],
    [1, { type: "tool-result", tool_call_id: "c1", result_delta: "out" }],
  );
  assert.deepEqual(finishDraft(draft, { at }), [
    { type: "reasoning", text: "hm" },
    { type: "text", text: "after" },
  ]);
});
